import type { RequestView } from '@pltf/contracts';
import type { Actor } from '../../kernel/actor.ts';
import type { Clock } from '../../kernel/clock.ts';
import type { HandlersOf } from '../../kernel/request.ts';
import { type Db, transact } from '../../persistence/transaction.ts';
import type { CatalogQueries } from '../catalog/index.ts';
import { decide } from '../identity/index.ts';
import { type IntakeRequest, isOverdue, requestRefusal } from './intake-request.ts';
import type { RequestService } from './request-service.ts';
import type { RequestQueries } from './request-store.ts';

export interface RequestRoutesDependencies {
  readonly db: Db;
  readonly catalog: CatalogQueries;
  readonly requests: RequestQueries;
  readonly service: RequestService;
  readonly clock: Clock;
}

type Names = 'listRequests' | 'getRequest' | 'createRequest' | 'answerRequest' | 'withdrawRequest';

/** HTTP to domain for requests of what does not fit a golden path. */
export function requestRoutes(dependencies: RequestRoutesDependencies): HandlersOf<Names> {
  const { db, catalog, requests, service, clock } = dependencies;
  const view = async (id: string, actor: Actor): Promise<RequestView> =>
    requestView(await requests.get(id), actor, clock.now());
  return {
    listRequests: async ({ query }, context) => {
      context.authorize({});
      const { state, component, owner, overdue, cursor, limit } = query;
      const now = clock.now();
      const overdueAt = overdue === true ? now : undefined;
      const found = await requests.list({
        ...{ state, component, owner, overdueAt, limit },
        before: cursor,
      });
      const last = found.length === limit ? found.at(-1) : undefined;
      return {
        items: found.map((request) => requestView(request, context.actor, now)),
        ...(last === undefined ? {} : { next: last.id }),
      };
    },
    getRequest: async ({ params }, context) => {
      context.authorize({ what: params.id });
      return view(params.id, context.actor);
    },
    createRequest: async ({ body }, context) => {
      context.authorize({});
      if (body.component !== undefined) await catalog.get(body.component);
      const { name } = context.actor;
      return view(await transact(db, (tx) => service.create(tx, body, name)), context.actor);
    },
    answerRequest: async ({ params: { id }, body }, context) => {
      const { owner } = await requests.get(id);
      context.authorize({ team: owner, what: id });
      await transact(db, (tx) => service.answer(tx, id, body, context.actor.name));
      return view(id, context.actor);
    },
    withdrawRequest: async ({ params: { id }, body }, context) => {
      context.authorize({ what: id });
      await transact(db, (tx) => service.withdraw(tx, id, body.reason, context.actor.name));
      return view(id, context.actor);
    },
  };
}

function requestView(request: IntakeRequest, actor: Actor, now: Date): RequestView {
  const { id, title, what, component, state, requester, owner } = request;
  const answers = decide(actor, 'request:answer', { team: owner, writes: true }).allowed;
  const withdraws = decide(actor, 'request:create', { writes: true }).allowed;
  const can = (act: 'answer' | 'withdraw'): boolean =>
    requestRefusal(request, act, actor.name) === undefined;
  return {
    ...{ id, title, what, state, requester, owner },
    ...(component === undefined ? {} : { component }),
    askedAt: request.askedAt.toISOString(),
    answerBy: request.answerBy.toISOString(),
    overdue: isOverdue(request, now),
    ...(request.decidedBy === undefined ? {} : { decidedBy: request.decidedBy }),
    ...(request.decidedAt === undefined ? {} : { decidedAt: request.decidedAt.toISOString() }),
    ...(request.decisionReason === undefined ? {} : { decisionReason: request.decisionReason }),
    may: { answer: answers && can('answer'), withdraw: withdraws && can('withdraw') },
  };
}
