import { PltfError } from '@pltf/contracts';
import type { LedgerEntry, RolloutLedger } from '../rollout/rollout-ledger.ts';
import { RolloutRecord } from '../rollout/rollout-record.ts';

/** The ledger without a database; the same contract test holds it to the real one. */
export function memoryLedger(): RolloutLedger {
  const entries = new Map<string, { readonly text: string; readonly version: number }>();
  const keyOf = (runtime: string, placement: string) => `${runtime}\n${placement}`;
  const read = (runtime: string, placement: string): LedgerEntry | undefined => {
    const found = entries.get(keyOf(runtime, placement));
    return found === undefined
      ? undefined
      : { record: RolloutRecord.parse(JSON.parse(found.text)), version: found.version };
  };
  return {
    read: (runtime, placement) => Promise.resolve(read(runtime, placement)),
    write: (record, over) => {
      const key = keyOf(record.runtime, record.placement);
      if ((entries.get(key)?.version ?? 0) !== over)
        throw new PltfError('conflict', {
          detail: `another server works on ${record.placement}`,
        });
      entries.set(key, { text: JSON.stringify(record), version: over + 1 });
      return Promise.resolve(over + 1);
    },
    remove: (runtime, placement) => {
      entries.delete(keyOf(runtime, placement));
      return Promise.resolve();
    },
    placements: (runtime) =>
      Promise.resolve(
        [...entries.keys()]
          .filter((key) => key.startsWith(`${runtime}\n`))
          .map((key) => key.slice(runtime.length + 1)),
      ),
  };
}
