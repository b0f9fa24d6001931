import type { Reason } from '@pltf/contracts';
import type { LogStore } from '../logs/log-store.ts';

/** What the platform itself has to say about an instance, beside the program's own output. */
export interface InstanceNotes {
  say(instance: string, text: string): void;
  /** A reason with the last lines of the instance's log. */
  reason(instance: string, code: string, detail: string, fix: string): Reason;
}

const shownLines = 20;

export function createInstanceNotes(log: LogStore, now: () => number): InstanceNotes {
  return {
    say(instance, text) {
      log.append([{ at: new Date(now()).toISOString(), instance, stream: 'platform', text }]);
    },
    reason(instance, code, detail, fix) {
      const lines = log.lastLines(shownLines, instance).map((line) => line.text);
      return { code, detail, fix, log: lines };
    },
  };
}
