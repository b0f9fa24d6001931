import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

/** What tells a process from a later one that got the same number. */
export interface ProcessIdentity {
  readonly pid: number;
  /** Clock ticks since boot, field 22 of `/proc/<pid>/stat`. */
  readonly startTime: number;
  readonly bootId: string;
}

interface ProcessStat {
  readonly state: string;
  readonly parent: number;
  readonly group: number;
  readonly startTime: number;
  readonly residentPages: number;
}

export function readBootId(): string {
  try {
    return readFileSync('/proc/sys/kernel/random/boot_id', 'latin1').trim();
  } catch {
    return 'unknown';
  }
}

function readText(file: string): string | undefined {
  try {
    return readFileSync(file, 'latin1');
  } catch {
    return undefined;
  }
}

/** Facts of a process that runs; undefined when it does not, or is a zombie. */
export function readStat(pid: number): ProcessStat | undefined {
  const text = readText(`/proc/${pid}/stat`);
  if (text === undefined) return undefined;
  // The name is in parentheses and may itself hold any character.
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  const state = fields[0] ?? 'X';
  if (state === 'Z' || state === 'X') return undefined;
  return {
    state,
    parent: Number(fields[1]),
    group: Number(fields[2]),
    startTime: Number(fields[19]),
    residentPages: Number(fields[21]),
  };
}

export function identify(pid: number, bootId: string): ProcessIdentity | undefined {
  const stat = readStat(pid);
  return stat === undefined ? undefined : { pid, startTime: stat.startTime, bootId };
}

/** True while exactly this process runs (not another one with its number, not before a reboot). */
export function isAlive(identity: ProcessIdentity, bootId: string): boolean {
  if (identity.bootId !== bootId) return false;
  return readStat(identity.pid)?.startTime === identity.startTime;
}

export function listProcesses(): readonly number[] {
  try {
    return readdirSync('/proc')
      .map(Number)
      .filter((pid) => pid > 0);
  } catch {
    return [];
  }
}

/** A variable of a running process's first environment; undefined when it may not be read. */
export function readMarker(pid: number, name: string): string | undefined {
  const text = readText(`/proc/${pid}/environ`);
  const entry = text?.split('\0').find((line) => line.startsWith(`${name}=`));
  return entry?.slice(name.length + 1);
}

/** All processes of a group, the leader and its forks. */
export function groupMembers(group: number): readonly number[] {
  return listProcesses().filter((pid) => readStat(pid)?.group === group);
}

const pageKiB = 4;

/** Memory in MiB that the processes hold, shared pages counted in each. */
export function residentMiB(pids: readonly number[]): number {
  let pages = 0;
  for (const pid of pids) pages += readStat(pid)?.residentPages ?? 0;
  return (pages * pageKiB) / 1024;
}

/** Inodes of the sockets that a process holds open; undefined when that may not be read. */
export function socketInodes(pid: number): ReadonlySet<string> | undefined {
  const inodes = new Set<string>();
  let descriptors: string[] = [];
  try {
    descriptors = readdirSync(`/proc/${pid}/fd`);
  } catch {
    return undefined;
  }
  for (const descriptor of descriptors) {
    try {
      const target = readlinkSync(`/proc/${pid}/fd/${descriptor}`);
      if (target.startsWith('socket:[')) inodes.add(target.slice(8, -1));
    } catch {
      // Closed between the two reads.
    }
  }
  return inodes;
}
