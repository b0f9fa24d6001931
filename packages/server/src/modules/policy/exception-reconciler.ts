import type { Outcome, Reconciler } from '../../engine/reconciler.ts';
import type { Clock } from '../../kernel/clock.ts';
import { platformActor } from '../../kernel/events.ts';
import type { PlatformSource } from '../../kernel/platform-source.ts';
import { type Db, type Tx, transact } from '../../persistence/transaction.ts';
import type { IdentityQueries } from '../identity/index.ts';
import { accountabilityOf } from './accountability.ts';
import type { PolicyException } from './exception.ts';
import { dueSteps, type Step } from './exception-rules.ts';
import type { ExceptionStore } from './exception-store.ts';
import { exceptionReconciler, exceptionSubject, wakeAudit } from './policy-wakes.ts';

export interface ExceptionReconcilerDependencies {
  readonly db: Db;
  readonly store: ExceptionStore;
  readonly people: IdentityQueries;
  readonly platform: Pick<PlatformSource, 'current'>;
  readonly clock: Clock;
}

/** Warns of an exception's end, ends it when its time is over, and flags those for which nobody answers any more. */
export function createExceptionReconciler(
  dependencies: ExceptionReconcilerDependencies,
): Reconciler {
  return {
    name: exceptionReconciler,
    concurrency: 2,
    reconcile: (id) => transact(dependencies.db, (tx) => advance(dependencies, tx, id)),
  };
}

async function advance(
  { store, people, platform, clock }: ExceptionReconcilerDependencies,
  tx: Tx,
  id: string,
): Promise<Outcome> {
  const exception = await store.lock(tx, id);
  if (exception === undefined) return undefined;
  const now = clock.now();
  const accountability = await accountabilityOf(people, platform.current(), exception, tx.sql);
  const { steps, again } = dueSteps(exception, accountability, now);
  for (const step of steps) await take(store, tx, exception, step, now);
  return again === undefined ? undefined : { again };
}

async function take(
  store: ExceptionStore,
  tx: Tx,
  exception: PolicyException,
  step: Step,
  now: Date,
): Promise<void> {
  const { id, guardrail, owner, notices } = exception;
  const what = { ...exceptionSubject(exception), actor: platformActor };
  if (step.kind === 'expire' || step.kind === 'lapse') return end(store, tx, exception, step, now);
  if (step.kind === 'warn') {
    await store.change(tx, id, { notices: [...notices, ...step.passed] });
    tx.tell({
      ...what,
      type: 'exception-expiring',
      summary: `The exception from ${guardrail} ends in ${daysLeft(exception, now)}; ${owner} answers for it`,
      data: { ...what.data, days: step.days },
    });
    return;
  }
  await store.change(tx, id, { flag: step.kind === 'flag' ? step.flag : undefined });
  tx.tell({
    ...what,
    type: 'exception-flagged',
    summary:
      step.kind === 'flag'
        ? `The exception from ${guardrail} has to be approved anew by ${step.flag.endsAt.toISOString().slice(0, 10)}: ${step.flag.reason}`
        : `Somebody answers for the exception from ${guardrail} again`,
    data: { ...what.data, flagged: step.kind === 'flag' },
  });
}

/** Time did it and no person: it is written down as that. */
async function end(
  store: ExceptionStore,
  tx: Tx,
  exception: PolicyException,
  step: Extract<Step, { kind: 'expire' | 'lapse' }>,
  now: Date,
): Promise<void> {
  const { id, guardrail, state, owner } = exception;
  const asked = state === 'pending' ? 'request for an exception' : 'exception';
  const endedReason =
    step.kind === 'expire'
      ? `its time was over on ${exception.expiresAt.toISOString()}`
      : `${step.reason}, and nobody approved it anew`;
  await store.change(tx, id, {
    state: step.kind === 'expire' ? 'expired' : 'revoked',
    endedAt: now,
    endedBy: platformActor,
    endedReason,
    flag: undefined,
  });
  const what = exceptionSubject(exception);
  tx.tell({
    ...what,
    type: 'exception-ended',
    actor: platformActor,
    summary: `The ${asked} from ${guardrail} has ended by itself: ${endedReason}; ${owner} answered for it`,
    data: { ...what.data, state: step.kind === 'expire' ? 'expired' : 'revoked', automatic: true },
  });
  wakeAudit(tx, exception.component);
}

function daysLeft({ expiresAt }: PolicyException, now: Date): string {
  const hours = Math.max(1, Math.round((expiresAt.getTime() - now.getTime()) / 3_600_000));
  const days = Math.round(hours / 24);
  return hours < 36 ? `${hours} hour${hours === 1 ? '' : 's'}` : `${days} days`;
}
