import { type LogLine, PltfError } from '@pltf/contracts';
import { sleep } from './watch.ts';

const reconnectMs = 500;
/** Reconnecting attempts without one line or a clean end, before giving up. */
const patience = 240;

/**
 * Lines of a log that goes on while the platform restarts: when the stream breaks it is opened again, and lines that
 * were shown already are left out. Ends when the stream ends by itself or the signal aborts.
 */
export async function* steadyLines(
  open: (again: boolean) => AsyncIterable<LogLine>,
  signal: AbortSignal,
): AsyncGenerator<LogLine> {
  const shown = createShown();
  let failures = 0;
  for (let again = false; !signal.aborted; again = true) {
    try {
      for await (const line of open(again)) {
        failures = 0;
        if (shown.isNew(line, again)) yield line;
      }
      return;
    } catch (error) {
      if (signal.aborted) return;
      failures += 1;
      const broken = !(error instanceof PltfError) || error.kind.retryable;
      if (!broken || failures > patience) throw error;
    }
    shown.rewind();
    await sleep(reconnectMs, signal);
  }
}

interface Shown {
  isNew(line: LogLine, again: boolean): boolean;
  /** The stream begins again; what it repeats is compared with the lines of the last instant. */
  rewind(): void;
}

/** Remembers the newest instant of each instance and how many lines it had, since lines carry no number. */
function createShown(): Shown {
  const newest = new Map<string, { at: string; lines: number }>();
  const repeated = new Map<string, number>();
  return {
    isNew({ instance, at }, again) {
      const last = newest.get(instance);
      if (again && last !== undefined) {
        if (at < last.at) return false;
        if (at === last.at) {
          const seen = (repeated.get(instance) ?? 0) + 1;
          repeated.set(instance, seen);
          if (seen <= last.lines) return false;
        }
      }
      newest.set(instance, { at, lines: last?.at === at ? last.lines + 1 : 1 });
      return true;
    },
    rewind: () => repeated.clear(),
  };
}
