import { readdir, readFile } from 'node:fs/promises';

/** Processor time of processes that have ended is counted in ticks of 10 ms wherever Linux runs. */
const tickMs = 10;
const kibibyte = 1024;

/** The fields of `/proc/<pid>/stat` that matter here. */
export interface ProcessStat {
  readonly parent: number;
  /** Processor time of its children that have ended, so that theirs is not lost between two looks. */
  readonly endedChildrenMs: number;
}

/** Reads `/proc/<pid>/stat`; the name in it may hold spaces and brackets. */
export function parseStat(text: string): ProcessStat {
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  const ticks = fields.slice(13, 15).reduce((sum, field) => sum + Number(field), 0);
  return { parent: Number(fields[1]), endedChildrenMs: ticks * tickMs };
}

/** One amount of `/proc/<pid>/smaps_rollup`, in bytes. */
export function parseMemory(text: string, name: 'Pss' | 'Rss'): number {
  const found = new RegExp(`^${name}:\\s+(\\d+) kB$`, 'm').exec(text)?.[1];
  if (found === undefined) throw new Error(`smaps_rollup has no ${name}`);
  return Number(found) * kibibyte;
}

/** Every process of the machine that can be read. */
async function allProcesses(): Promise<ReadonlyMap<number, ProcessStat>> {
  const found = new Map<number, ProcessStat>();
  for (const name of await readdir('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    const text = await readFile(`/proc/${name}/stat`, 'utf8').catch(() => undefined);
    if (text !== undefined) found.set(Number(name), parseStat(text));
  }
  return found;
}

/** A process and all below it. */
export async function familyOf(root: number): Promise<readonly number[]> {
  const all = await allProcesses();
  const family = [root];
  for (const member of family) {
    for (const [pid, { parent }] of all) if (parent === member) family.push(pid);
  }
  return family;
}

/** Memory of some processes together; one that has ended counts nothing. */
export interface Memory {
  /** In MB (10^6 bytes): pages that several processes share count as the share of each. */
  readonly proportionalMb: number;
  /** In MB: shared pages count in full, once for each process. */
  readonly residentMb: number;
}

export async function memoryOf(pids: readonly number[]): Promise<Memory> {
  let [proportional, resident] = [0, 0];
  for (const pid of pids) {
    const text = await readFile(`/proc/${pid}/smaps_rollup`, 'utf8').catch(() => '');
    if (text === '') continue;
    proportional += parseMemory(text, 'Pss');
    resident += parseMemory(text, 'Rss');
  }
  return { proportionalMb: proportional / 1e6, residentMb: resident / 1e6 };
}

/**
 * Processor time that some processes and their ended children have used until now, in milliseconds: of each
 * thread in nanoseconds, as an idle program uses less than a tick between two looks.
 */
export async function processorMs(pids: readonly number[]): Promise<number> {
  let sum = 0;
  for (const pid of pids) {
    const threads = await readdir(`/proc/${pid}/task`).catch(() => []);
    for (const thread of threads) {
      const text = await readFile(`/proc/${pid}/task/${thread}/schedstat`, 'utf8').catch(() => '0');
      sum += Number(text.split(' ')[0]) / 1e6;
    }
    const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => undefined);
    if (stat !== undefined) sum += parseStat(stat).endedChildrenMs;
  }
  return sum;
}
