import type { Tx } from '../../persistence/transaction.ts';
import type { BranchMove } from './branch-difference.ts';
import type { Push } from './push.ts';

export interface RecordedBranch {
  readonly name: string;
  readonly commit: string;
  readonly at: Date;
}

/** Writes branches and pushes. */
export interface ReposStore {
  /** The branches recorded, locked so that one observer at a time compares them; undefined when the component is gone. */
  lockBranches(tx: Tx, component: string): Promise<ReadonlyMap<string, string> | undefined>;
  recordMove(tx: Tx, component: string, move: BranchMove): Promise<void>;
  recordPush(tx: Tx, push: Push): Promise<void>;
}
