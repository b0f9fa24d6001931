import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

/** What a process says that watches a fleet and has passed over it once. */
export interface Watching {
  readonly residentMb: number;
  readonly baseMb: number;
  readonly objects: number;
}

/** Measured in a process of its own, which does nothing else. `platform` is whose objects there are in the cluster. */
export async function memoryOfWatching(
  platform: string,
  placements: number,
  signal: AbortSignal,
): Promise<Watching> {
  const program = fileURLToPath(new URL('watching-process.ts', import.meta.url));
  const args = ['--import', 'tsx', program, platform, String(placements)];
  const { stdout } = await promisify(execFile)(process.execPath, args, { signal });
  return JSON.parse(stdout) as Watching;
}
