import type { ColumnType } from 'kysely';

/** The state of a rollout, per placement and runtime: what a server must know that goes on where another was killed. */
export interface RolloutLedgerTable {
  placement: string;
  runtime: string;
  /** Grows with each write: who did not read the last one does not overwrite it. */
  version: number;
  record: ColumnType<object, string, string>;
  updated_at: ColumnType<Date, Date | undefined, Date>;
}
