import { readdir, readFile } from 'node:fs/promises';

export interface MarkedProcess {
  readonly pid: number;
  readonly instance: string;
}

/** The processes of applications that belong to one platform, found by the mark in their environment. */
export async function instanceProcesses(data: string): Promise<readonly MarkedProcess[]> {
  const found: MarkedProcess[] = [];
  for (const name of await readdir('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    const environ = await readFile(`/proc/${name}/environ`, 'utf8').catch(() => '');
    const instance = /(?:^|\0)PLTF_INSTANCE=([^\0]*)/.exec(environ)?.[1];
    if (instance !== undefined && environ.includes(data))
      found.push({ pid: Number(name), instance });
  }
  return found;
}
