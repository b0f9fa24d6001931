import type { Tx } from '../../persistence/transaction.ts';

/** One branch moved, once. `before` is absent for a new branch, `after` for a deleted one. */
export interface Push {
  readonly id: string;
  readonly component: string;
  readonly branch: string;
  readonly before: string | undefined;
  readonly after: string | undefined;
  readonly actor: string;
}

/** Filled by delivery: what follows from a push is written in the transaction that records it. */
export interface PushListener {
  pushed(tx: Tx, push: Push): Promise<void>;
}
