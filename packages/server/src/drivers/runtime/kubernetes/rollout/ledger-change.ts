import { PltfError } from '@pltf/contracts';
import type {
  LedgerEntry,
  RolloutLedger,
  RolloutRecord,
} from '../../../../modules/runtime/index.ts';

const mostTries = 5;

/** Reads, changes and writes a record, again when somebody else wrote meanwhile. Undefined when there is none. */
export async function changeRecord(
  ledger: RolloutLedger,
  runtime: string,
  placement: string,
  change: (record: RolloutRecord) => RolloutRecord,
): Promise<RolloutRecord | undefined> {
  for (let tries = 1; ; tries += 1) {
    const entry = await ledger.read(runtime, placement);
    if (entry === undefined) return undefined;
    const next = change(entry.record);
    if (next === entry.record) return next;
    try {
      await ledger.write(next, entry.version);
      return next;
    } catch (error) {
      if (!(error instanceof PltfError) || error.code !== 'conflict' || tries === mostTries)
        throw error;
    }
  }
}

/** A record that is written on as a pass goes on; a write over what somebody else wrote throws `conflict`. */
export class OpenRecord {
  readonly #ledger: RolloutLedger;
  #record: RolloutRecord;
  #version: number;

  constructor(ledger: RolloutLedger, entry: LedgerEntry) {
    this.#ledger = ledger;
    this.#record = entry.record;
    this.#version = entry.version;
  }

  get record(): RolloutRecord {
    return this.#record;
  }

  async write(record: RolloutRecord): Promise<void> {
    if (record === this.#record && this.#version > 0) return;
    this.#version = await this.#ledger.write(record, this.#version);
    this.#record = record;
  }
}
