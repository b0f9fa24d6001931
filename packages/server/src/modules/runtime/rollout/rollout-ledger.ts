import type { RolloutRecord } from './rollout-record.ts';

/** A record as it was read: it is written again only when nobody else did meanwhile. */
export interface LedgerEntry {
  readonly record: RolloutRecord;
  readonly version: number;
}

/** What drivers that roll out themselves remember, per runtime and placement. */
export interface RolloutLedger {
  read(runtime: string, placement: string): Promise<LedgerEntry | undefined>;
  /** Writes over the version that was read (0: there was none). Answers the new one; throws `conflict`. */
  write(record: RolloutRecord, over: number): Promise<number>;
  remove(runtime: string, placement: string): Promise<void>;
  /** Ids of the placements that a runtime has. */
  placements(runtime: string): Promise<readonly string[]>;
}
