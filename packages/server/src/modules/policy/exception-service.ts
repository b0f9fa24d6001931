import { PltfError } from '@pltf/contracts';
import type { Actor } from '../../kernel/actor.ts';
import type { Clock } from '../../kernel/clock.ts';
import { platformActor } from '../../kernel/events.ts';
import { newId } from '../../kernel/ids.ts';
import type { PlatformSource } from '../../kernel/platform-source.ts';
import type { Tx } from '../../persistence/transaction.ts';
import type { IdentityQueries } from '../identity/index.ts';
import { accountabilityOf, refuseMachine, refuseOwner } from './accountability.ts';
import type { Breaking, PolicyException } from './exception.ts';
import {
  type Act,
  coversOf,
  exemptsDigest,
  lostAccountability,
  refusal,
  refuseBadExpiry,
} from './exception-rules.ts';
import type { ExceptionChange, ExceptionStore } from './exception-store.ts';
import { exceptionReconciler, exceptionSubject, wakeAudit } from './policy-wakes.ts';

export interface ExceptionWish {
  readonly guardrail: string;
  readonly component: string;
  readonly environment: string | undefined;
  /** The component's. */
  readonly team: string;
  readonly owner: string;
  readonly reason: string;
  readonly compensatingControl: string;
  readonly ticket: string | undefined;
  readonly expiresAt: Date;
}

export interface Approval {
  readonly reason: string;
  /** What would be exempted, as found a moment ago. */
  readonly breaking: readonly Breaking[];
  /** What the approver was shown. */
  readonly seen: string | undefined;
  readonly owner: string | undefined;
}

export interface ExceptionService {
  request(
    tx: Tx,
    wish: ExceptionWish,
    breaking: readonly Breaking[],
    actor: Actor,
  ): Promise<string>;
  approve(tx: Tx, id: string, approval: Approval, actor: Actor): Promise<void>;
  reject(tx: Tx, id: string, reason: string, actor: Actor): Promise<void>;
  revoke(tx: Tx, id: string, reason: string, actor: Actor): Promise<void>;
  withdraw(tx: Tx, id: string, reason: string, actor: Actor): Promise<void>;
  /** Ends what is open for a component that is being deleted: one of the same name gets none of it. */
  componentGone(tx: Tx, component: string): Promise<void>;
  /** Looks again at all that a person answers for, because something about the person changed. */
  personChanged(tx: Tx, user: string): Promise<void>;
  /** Looks again at all of them: who may approve may have changed. */
  platformChanged(tx: Tx): Promise<void>;
}

export interface ExceptionServiceDependencies {
  readonly store: ExceptionStore;
  readonly people: IdentityQueries;
  readonly platform: Pick<PlatformSource, 'current'>;
  readonly clock: Clock;
}

/** Exceptions from being asked for to their end. Whoever calls has asked for authorization. */
export function exceptionService(dependencies: ExceptionServiceDependencies): ExceptionService {
  const { store } = dependencies;
  return {
    request: (tx, wish, breaking, actor) => request(dependencies, tx, wish, breaking, actor),
    approve: (tx, id, approval, actor) => approve(dependencies, tx, id, approval, actor),
    reject: (tx, id, reason, actor) => close(dependencies, tx, id, 'reject', reason, actor),
    revoke: (tx, id, reason, actor) => close(dependencies, tx, id, 'revoke', reason, actor),
    withdraw: (tx, id, reason, actor) => close(dependencies, tx, id, 'withdraw', reason, actor),
    componentGone: (tx, component) => componentGone(dependencies, tx, component),
    personChanged: async (tx, user) => {
      for (const id of await store.openOfPerson(tx, user)) tx.wake(exceptionReconciler, id);
    },
    platformChanged: async (tx) => {
      for (const id of await store.open(tx)) tx.wake(exceptionReconciler, id);
    },
  };
}

async function request(
  { store, people, platform, clock }: ExceptionServiceDependencies,
  tx: Tx,
  wish: ExceptionWish,
  breaking: readonly Breaking[],
  actor: Actor,
): Promise<string> {
  const now = clock.now();
  refuseBadExpiry(platform.current(), wish.environment, wish.expiresAt, now);
  await refuseOwner(people, tx.sql, wish.owner, wish.team);
  if (breaking.length === 0) {
    throw new PltfError('exception-not-needed', {
      detail: `nothing of ${wish.component}${inEnvironment(wish.environment)} breaks ${wish.guardrail}`,
    });
  }
  const id = newId('exc', now);
  const asked = { ...wish, id, requester: actor.name, requestedAt: now };
  if (!(await store.create(tx, asked))) {
    throw new PltfError('conflict', {
      detail: `an exception from ${wish.guardrail} for ${wish.component}${inEnvironment(wish.environment)} is asked for already`,
      fix: `\`pltf exception list\` shows it; its requester can withdraw it.`,
    });
  }
  const subject = exceptionSubject(asked);
  tx.tell({
    ...subject,
    type: 'exception-requested',
    actor: actor.name,
    summary: `${actor.name} asks for an exception from ${wish.guardrail} until ${wish.expiresAt.toISOString().slice(0, 10)}`,
    why: wish.reason.slice(0, 500),
    data: { ...subject.data, exempts: breaking.length },
  });
  tx.wake(exceptionReconciler, id);
  return id;
}

const inEnvironment = (environment: string | undefined): string =>
  environment === undefined ? '' : ` in ${environment}`;

async function approve(
  dependencies: ExceptionServiceDependencies,
  tx: Tx,
  id: string,
  approval: Approval,
  actor: Actor,
): Promise<void> {
  const { store, clock } = dependencies;
  const { reason, breaking, owner } = approval;
  const exception = await lock(store, tx, id);
  const now = clock.now();
  const refused = refusal(exception, 'approve', actor.name, now);
  if (refused !== undefined) throw refused;
  const next = { ...exception, owner: owner ?? exception.owner, approver: actor.name };
  await refuseUnaccountable(dependencies, tx, next);
  refuseBadExpiry(dependencies.platform.current(), next.environment, next.expiresAt, now);
  refuseOther(exception, approval);
  await store.change(tx, id, {
    state: 'approved',
    owner: next.owner,
    approver: next.approver,
    decisionReason: reason,
    startsAt: exception.startsAt ?? now,
    covers: coversOf(breaking),
    flag: undefined,
  });
  const subject = exceptionSubject(next);
  const placements = new Set(breaking.map(({ placement }) => placement)).size;
  tx.tell({
    ...subject,
    type: 'exception-approved',
    actor: actor.name,
    summary: `${actor.name} approved the exception from ${next.guardrail} until ${next.expiresAt.toISOString().slice(0, 10)}: exempts ${placements} placement${placements === 1 ? '' : 's'}`,
    why: reason.slice(0, 500),
    data: { ...subject.data, requester: next.requester, placements },
  });
  tx.wake(exceptionReconciler, id);
  wakeAudit(tx, next.component);
}

/** Whoever owns and whoever approves it are people who are there and may. */
async function refuseUnaccountable(
  { people, platform }: ExceptionServiceDependencies,
  tx: Tx,
  exception: PolicyException & { readonly approver: string },
): Promise<void> {
  await refuseMachine(people, tx.sql, exception.approver);
  await refuseOwner(people, tx.sql, exception.owner, exception.team);
  const known = await accountabilityOf(people, platform.current(), exception, tx.sql);
  const lost = lostAccountability(exception, known);
  if (lost !== undefined) throw new PltfError('forbidden', { detail: lost });
}

/** What is approved is what was shown, and something. */
function refuseOther({ id, guardrail }: PolicyException, { seen, breaking }: Approval): void {
  if (seen !== undefined && seen !== exemptsDigest(breaking)) {
    throw new PltfError('conflict', {
      detail: `what ${id} exempts has changed since it was shown`,
      fix: `Look again: \`pltf exception show ${id}\`.`,
    });
  }
  if (breaking.length > 0) return;
  throw new PltfError('exception-not-needed', {
    detail: `nothing in the scope of ${id} breaks ${guardrail} any more`,
  });
}

const endings = {
  reject: { state: 'rejected', said: 'rejected the request for an exception' },
  revoke: { state: 'revoked', said: 'revoked the exception' },
  withdraw: { state: 'withdrawn', said: 'withdrew the request for an exception' },
} as const satisfies Partial<Record<Act, object>>;

async function close(
  { store, clock }: ExceptionServiceDependencies,
  tx: Tx,
  id: string,
  act: keyof typeof endings,
  reason: string,
  actor: Actor,
): Promise<void> {
  const exception = await lock(store, tx, id);
  const now = clock.now();
  const refused = refusal(exception, act, actor.name, now);
  if (refused !== undefined) throw refused;
  const { state, said } = endings[act];
  const change: ExceptionChange = {
    state,
    endedAt: now,
    endedBy: actor.name,
    endedReason: reason,
    flag: undefined,
    ...(act === 'reject' ? { decisionReason: reason } : {}),
  };
  await store.change(tx, id, change);
  const subject = exceptionSubject(exception);
  tx.tell({
    ...subject,
    type: act === 'revoke' ? 'exception-ended' : 'exception-closed',
    actor: actor.name,
    summary: `${actor.name} ${said} from ${exception.guardrail}`,
    why: reason.slice(0, 500),
    data: { ...subject.data, state },
  });
  wakeAudit(tx, exception.component);
}

async function lock(store: ExceptionStore, tx: Tx, id: string): Promise<PolicyException> {
  const exception = await store.lock(tx, id);
  if (exception !== undefined) return exception;
  throw new PltfError('not-found', {
    detail: `there is no exception ${id}`,
    fix: '`pltf exception list` shows them.',
  });
}

async function componentGone(
  { store, clock }: ExceptionServiceDependencies,
  tx: Tx,
  component: string,
): Promise<void> {
  for (const id of await store.openOfComponent(tx, component)) {
    await store.change(tx, id, {
      state: 'revoked',
      endedAt: clock.now(),
      endedBy: platformActor,
      endedReason: `${component} was deleted`,
      flag: undefined,
    });
  }
}
