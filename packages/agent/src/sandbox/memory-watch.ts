import { listProcesses, readStat } from '../process/process-facts.ts';

/** Ends programs that take more memory than they may, where the kernel does not do it. */
export interface MemoryWatch {
  /** Watches a process group until `stop`. */
  start(group: number, limitMiB: number, onExceeded: () => void): Watched;
  close(): void;
}

export interface Watched {
  readonly exceeded: boolean;
  stop(): void;
}

const everyMs = 1000;
const pagesEachMiB = 256;

interface Entry {
  readonly group: number;
  readonly limitMiB: number;
  readonly onExceeded: () => void;
  exceeded: boolean;
}

/** One look at all processes a second, however many are watched; none while nothing is. */
export function createMemoryWatch(): MemoryWatch {
  const entries = new Set<Entry>();
  let timer: NodeJS.Timeout | undefined;

  const look = () => {
    const pages = pagesByGroup();
    for (const entry of entries) {
      const used = (pages.get(entry.group) ?? 0) / pagesEachMiB;
      if (used <= entry.limitMiB || entry.exceeded) continue;
      entry.exceeded = true;
      entry.onExceeded();
    }
  };

  return {
    start(group, limitMiB, onExceeded) {
      const entry: Entry = { group, limitMiB, onExceeded, exceeded: false };
      entries.add(entry);
      timer ??= setInterval(look, everyMs);
      return {
        get exceeded() {
          return entry.exceeded;
        },
        stop() {
          entries.delete(entry);
          if (entries.size > 0) return;
          clearInterval(timer);
          timer = undefined;
        },
      };
    },
    close() {
      entries.clear();
      clearInterval(timer);
    },
  };
}

function pagesByGroup(): ReadonlyMap<number, number> {
  const pages = new Map<number, number>();
  for (const pid of listProcesses()) {
    const stat = readStat(pid);
    if (stat === undefined) continue;
    pages.set(stat.group, (pages.get(stat.group) ?? 0) + stat.residentPages);
  }
  return pages;
}
