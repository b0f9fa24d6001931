import type { NewEvent } from '../../kernel/events.ts';
import type { Tx } from '../../persistence/transaction.ts';
import type { PolicyException } from './exception.ts';

export const exceptionReconciler = 'exception';
export const requestReconciler = 'intake-request';
/** By component: what of it runs is looked at again. */
export const auditReconciler = 'guardrail-audit';
/** One key: everything that runs. */
export const wholeAuditReconciler = 'guardrail-audit-all';
export const everything = 'everything';

export const wakeAudit = (tx: Tx, component: string): void => tx.wake(auditReconciler, component);
export const wakeWholeAudit = (tx: Tx, at?: Date): void =>
  tx.wake(wholeAuditReconciler, everything, at);

type Subject = Pick<NewEvent, 'component' | 'environment'> & {
  readonly data: Readonly<Record<string, unknown>>;
};

/** What an event about an exception is about. */
export const exceptionSubject = ({
  id,
  guardrail,
  component,
  environment,
  owner,
  expiresAt,
}: Pick<
  PolicyException,
  'id' | 'guardrail' | 'component' | 'environment' | 'owner' | 'expiresAt'
>): Subject => ({
  component,
  ...(environment === undefined ? {} : { environment }),
  data: { exception: id, guardrail, owner, expiresAt: expiresAt.toISOString() },
});
