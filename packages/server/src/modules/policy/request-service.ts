import type { AnswerRequest, NewRequest } from '@pltf/contracts';
import { durationMs } from '@pltf/plan';
import type { Outcome, Reconciler } from '../../engine/reconciler.ts';
import type { Clock } from '../../kernel/clock.ts';
import { platformActor } from '../../kernel/events.ts';
import { newId } from '../../kernel/ids.ts';
import type { PlatformSource } from '../../kernel/platform-source.ts';
import { type Db, type Tx, transact } from '../../persistence/transaction.ts';
import { type IntakeRequest, isOverdue, requestRefusal } from './intake-request.ts';
import { requestReconciler } from './policy-wakes.ts';
import { type RequestStore, requestUnknown } from './request-store.ts';

export interface RequestService {
  create(tx: Tx, wish: NewRequest, actor: string): Promise<string>;
  answer(tx: Tx, id: string, answer: AnswerRequest, actor: string): Promise<void>;
  withdraw(tx: Tx, id: string, reason: string, actor: string): Promise<void>;
}

export interface RequestServiceDependencies {
  readonly store: RequestStore;
  readonly platform: Pick<PlatformSource, 'current'>;
  readonly clock: Clock;
}

/** Requests for what does not fit a golden path. Whoever calls has asked for authorization. */
export function requestService(dependencies: RequestServiceDependencies): RequestService {
  return {
    create: (tx, wish, actor) => create(dependencies, tx, wish, actor),
    answer: (tx, id, { decision, reason }, actor) =>
      decide(dependencies, tx, id, 'answer', { state: decision, reason, actor }),
    withdraw: (tx, id, reason, actor) =>
      decide(dependencies, tx, id, 'withdraw', { state: 'withdrawn', reason, actor }),
  };
}

async function create(
  { store, platform, clock }: RequestServiceDependencies,
  tx: Tx,
  wish: NewRequest,
  actor: string,
): Promise<string> {
  const now = clock.now();
  const { owner, answerWithin } = platform.current().intake;
  const request: IntakeRequest = {
    id: newId('ask', now),
    title: wish.title,
    what: wish.what,
    component: wish.component,
    state: 'open',
    requester: actor,
    owner,
    askedAt: now,
    answerBy: new Date(now.getTime() + durationMs(answerWithin)),
    overdueTold: false,
    decidedBy: undefined,
    decidedAt: undefined,
    decisionReason: undefined,
  };
  await store.create(tx, request);
  tx.tell({
    ...subjectOf(request),
    type: 'request-created',
    actor,
    summary: `${actor} asks ${owner}: ${request.title}`,
  });
  tx.wake(requestReconciler, request.id);
  return request.id;
}

const subjectOf = ({ id, component, owner }: IntakeRequest) => ({
  ...(component === undefined ? {} : { component }),
  data: { request: id, owner },
});

async function decide(
  { store, clock }: RequestServiceDependencies,
  tx: Tx,
  id: string,
  act: 'answer' | 'withdraw',
  decision: {
    readonly state: 'accepted' | 'declined' | 'withdrawn';
    readonly reason: string;
    readonly actor: string;
  },
): Promise<void> {
  const request = await store.lock(tx, id);
  if (request === undefined) throw requestUnknown(id);
  const { state, reason, actor } = decision;
  const refused = requestRefusal(request, act, actor);
  if (refused !== undefined) throw refused;
  const decided = { state, decidedBy: actor, decidedAt: clock.now(), decisionReason: reason };
  await store.decide(tx, id, decided);
  tx.tell({
    ...subjectOf(request),
    type: 'request-answered',
    actor,
    summary: `${actor} ${state === 'withdrawn' ? 'withdrew' : state} “${request.title}”`,
    why: reason === '' ? undefined : reason.slice(0, 500),
    data: { ...subjectOf(request).data, state },
  });
}

export interface RequestReconcilerDependencies {
  readonly db: Db;
  readonly store: RequestStore;
  readonly clock: Clock;
}

/** Tells once when a request has waited longer than promised. */
export function createRequestReconciler({
  db,
  store,
  clock,
}: RequestReconcilerDependencies): Reconciler {
  return {
    name: requestReconciler,
    concurrency: 1,
    reconcile: (id) =>
      transact(db, async (tx): Promise<Outcome> => {
        const request = await store.lock(tx, id);
        if (request?.state !== 'open' || request.overdueTold) return undefined;
        if (!isOverdue(request, clock.now()))
          return { again: new Date(request.answerBy.getTime() + 1) };
        await store.setOverdueTold(tx, id);
        tx.tell({
          ...subjectOf(request),
          type: 'request-overdue',
          actor: platformActor,
          summary: `${request.owner} promised an answer to “${request.title}” by ${request.answerBy.toISOString().slice(0, 16)}Z`,
        });
        return undefined;
      }),
  };
}
