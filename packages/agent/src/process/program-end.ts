import type { ChildProcess } from 'node:child_process';
import { isAlive, type ProcessIdentity } from './process-facts.ts';

/** How a program ended; neither is known of one that an earlier agent had started. */
export interface ProgramEnd {
  readonly code?: number;
  readonly signal?: NodeJS.Signals;
}

/** Waits for the ends of programs: own children by their exit event, adopted ones by looking. */
export interface ProgramEnds {
  ofChild(child: ChildProcess): Promise<ProgramEnd>;
  ofAdopted(identity: ProcessIdentity): Promise<ProgramEnd>;
  close(): void;
}

/** One `kill(pid, 0)` an adopted process costs about a microsecond; the exact look is taken each second. */
const lookMs = 250;
const exactEvery = 4;

export function createProgramEnds(bootId: string): ProgramEnds {
  const watched = new Map<ProcessIdentity, () => void>();
  let timer: NodeJS.Timeout | undefined;
  let rounds = 0;

  const look = () => {
    rounds += 1;
    for (const [identity, ended] of watched) {
      const there = rounds % exactEvery === 0 ? isAlive(identity, bootId) : exists(identity.pid);
      if (there) continue;
      watched.delete(identity);
      ended();
    }
    if (watched.size === 0) stop();
  };
  const stop = () => {
    clearInterval(timer);
    timer = undefined;
  };

  return {
    ofChild: (child) =>
      new Promise((resolve) => {
        const end = (code: number | null, signal: NodeJS.Signals | null) =>
          resolve({
            ...(code === null ? {} : { code }),
            ...(signal === null ? {} : { signal }),
          });
        if (child.exitCode !== null || child.signalCode !== null) {
          end(child.exitCode, child.signalCode);
        } else {
          child.once('exit', end);
        }
      }),
    ofAdopted: (identity) =>
      new Promise((resolve) => {
        watched.set(identity, () => resolve({}));
        timer ??= setInterval(look, lookMs);
      }),
    close() {
      watched.clear();
      stop();
    },
  };
}

function exists(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** `exit 1`, `SIGKILL: out of memory (256 MiB)`, `ended`. */
export function describeEnd(end: ProgramEnd, outOfMemoryMiB: number | undefined): string {
  if (outOfMemoryMiB !== undefined) return `SIGKILL: out of memory (${outOfMemoryMiB} MiB)`;
  if (end.signal !== undefined) return end.signal;
  if (end.code === 127) return 'exit 127 (command not found)';
  if (end.code === 126) return 'exit 126 (command cannot be run)';
  return end.code === undefined ? 'ended' : `exit ${end.code}`;
}
