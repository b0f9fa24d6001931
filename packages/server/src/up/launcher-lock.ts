import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { recordedProcess, recordProcess } from './process-facts.ts';

export type Lock = { readonly holder: number } | { readonly release: () => Promise<void> };

const attempts = 3;

/** Takes the data directory for this launcher; answers with the id of another one that has it. */
export async function takeLock(data: string): Promise<Lock> {
  await mkdir(data, { recursive: true, mode: 0o700 });
  const file = join(data, 'up.pid');
  for (let attempt = 0; attempt < attempts; attempt += 1) {
    try {
      await recordProcess(file, process.pid, 'wx');
      return { release: () => rm(file, { force: true }) };
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
    }
    const holder = await recordedProcess(file);
    if (holder !== undefined) return { holder };
    await rm(file, { force: true });
  }
  throw new Error(`${file} cannot be taken`);
}
