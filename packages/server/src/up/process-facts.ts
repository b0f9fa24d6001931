import { readFile, rm, writeFile } from 'node:fs/promises';

/** The start time of a process in clock ticks, which with its id names it for good; undefined when it is not there. */
async function startTime(pid: number): Promise<string | undefined> {
  try {
    const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
  } catch {
    // Without /proc (macOS) the id alone has to do.
    try {
      process.kill(pid, 0);
      return 'alive';
    } catch {
      return undefined;
    }
  }
}

/** Writes down a process so that a later launcher can tell it from another one with the same id. */
export async function recordProcess(
  file: string,
  pid: number,
  flag: 'w' | 'wx' = 'w',
): Promise<void> {
  await writeFile(file, `${pid} ${(await startTime(pid)) ?? ''}`, { flag, mode: 0o600 });
}

/** The process that a file names, if that very one lives. */
export async function recordedProcess(file: string): Promise<number | undefined> {
  const [pid = '', started = ''] = (await readFile(file, 'utf8').catch(() => '')).split(' ');
  if (!/^\d+$/.test(pid)) return undefined;
  return (await startTime(Number(pid))) === started ? Number(pid) : undefined;
}

const lookMs = 20;

/** Ends a process left by a launcher that was killed: SIGTERM, and SIGKILL when that does not do. */
export async function endRecorded(file: string, graceMs: number): Promise<boolean> {
  const pid = await recordedProcess(file);
  if (pid === undefined) return false;
  process.kill(pid, 'SIGTERM');
  const deadline = Date.now() + graceMs;
  while ((await recordedProcess(file)) !== undefined) {
    if (Date.now() > deadline) process.kill(pid, 'SIGKILL');
    await new Promise((resolve) => setTimeout(resolve, lookMs));
  }
  await rm(file, { force: true });
  return true;
}
