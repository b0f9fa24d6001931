import type { Tx } from '../../persistence/transaction.ts';
import type { Operation } from './operation.ts';

export type OperationChange = Partial<
  Pick<Operation, 'request' | 'state' | 'steps' | 'receipt' | 'links' | 'problem' | 'finishedAt'>
>;

/** Writes operations. */
export interface OperationsStore {
  /** False when another operation on the same subject is unfinished. */
  create(tx: Tx, operation: Operation): Promise<boolean>;
  change(tx: Tx, id: string, change: OperationChange): Promise<void>;
  unfinishedOf(tx: Tx, subject: string): Promise<readonly string[]>;
}

export interface OperationsQueries {
  operation(id: string): Promise<Operation>;
  latestOf(subject: string): Promise<Operation | undefined>;
}
