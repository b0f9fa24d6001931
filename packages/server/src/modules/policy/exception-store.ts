import type { Tx } from '../../persistence/transaction.ts';
import type { NewException, PolicyException } from './exception.ts';

export type ExceptionChange = Partial<
  Pick<
    PolicyException,
    | 'state'
    | 'owner'
    | 'approver'
    | 'decisionReason'
    | 'startsAt'
    | 'endedAt'
    | 'endedBy'
    | 'endedReason'
    | 'covers'
    | 'notices'
    | 'flag'
  >
>;

/** Writes exceptions. */
export interface ExceptionStore {
  /** False when the same is asked for already. */
  create(tx: Tx, exception: NewException): Promise<boolean>;
  /** The exception, locked until the transaction ends. */
  lock(tx: Tx, id: string): Promise<PolicyException | undefined>;
  change(tx: Tx, id: string, change: ExceptionChange): Promise<void>;
  /** Ids of those still open that a person owns or has approved. */
  openOfPerson(tx: Tx, user: string): Promise<readonly string[]>;
  openOfComponent(tx: Tx, component: string): Promise<readonly string[]>;
  open(tx: Tx): Promise<readonly string[]>;
}
