import type { Tx } from '../../persistence/transaction.ts';
import type { FleetChange } from './fleet-change.ts';

/** Why nobody but its owner touches a placement for now. */
export interface Hold {
  readonly placement: string;
  readonly by: string;
  readonly why: string;
  readonly since: Date;
}

/** Changes on their way, and what is held back from them. At most one is open at a time. */
export interface FleetStore {
  /** The open one, which nobody else changes until the transaction ends. */
  lockOpen(tx: Tx): Promise<FleetChange | undefined>;
  add(tx: Tx, change: FleetChange): Promise<void>;
  save(tx: Tx, change: FleetChange): Promise<void>;
  hold(tx: Tx, hold: Hold): Promise<void>;
  /** False when it was not held. */
  release(tx: Tx, placement: string): Promise<boolean>;
}

export interface FleetQueries {
  hasOpen(tx?: Tx): Promise<boolean>;
  /** The newest version that went out. */
  newest(): Promise<FleetChange | undefined>;
  /** The newest version of which it is known what it changes, also when that is nothing. */
  lookedAt(): Promise<number | undefined>;
  change(id: string): Promise<FleetChange>;
  /** Newest version first, those below `before`. */
  changes(limit: number, before: number | undefined): Promise<readonly FleetChange[]>;
  holds(): Promise<readonly Hold[]>;
  /** Of these, what was taken out of the books since then although nobody could prove that nothing of it is left. */
  unprovedRemovals(
    placements: readonly string[],
    since: Date,
  ): Promise<ReadonlyMap<string, string>>;
}
