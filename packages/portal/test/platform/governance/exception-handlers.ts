import { type ExceptionView, PltfError } from '@pltf/contracts';
import { type Asking, actorOf, type TestHandlers } from '../handler-types.ts';
import { componentOf, must, paged, soon } from '../lookup.ts';
import { newId, tell, type World } from '../world.ts';

/** With what the asking person may do: nobody decides on what they asked for themselves. */
function forPerson(world: World, asking: Asking, view: ExceptionView): ExceptionView {
  const user = actorOf(asking);
  const decides = world.users.get(user)?.role === 'platform';
  const pending = view.state === 'pending';
  const open = pending || view.state === 'approved';
  return {
    ...view,
    may: {
      approve: decides && view.requester !== user && (pending || view.flag !== undefined),
      reject: decides && pending,
      revoke: decides && open && !pending,
      withdraw: pending && view.requester === user,
    },
  };
}

export function exceptionHandlers(world: World) {
  const { exceptions } = world.governance;
  const find = (id: string): ExceptionView =>
    must(
      exceptions.find((one) => one.id === id),
      id,
    );
  const put = (
    view: ExceptionView,
    asking: Asking,
    type: 'exception-approved' | 'exception-closed',
  ) => {
    exceptions[exceptions.findIndex(({ id }) => id === view.id)] = view;
    tell(world, { type, actor: actorOf(asking), summary: `Exception ${view.state}` });
    return forPerson(world, asking, view);
  };
  return {
    listExceptions: ({ query }, asking) =>
      paged(
        exceptions
          .filter(
            (one) =>
              (query.state ?? one.state) === one.state &&
              (query.component ?? one.scope.component) === one.scope.component &&
              (query.guardrail ?? one.guardrail) === one.guardrail,
          )
          .map((one) => forPerson(world, asking, one)),
        { cursor: query.cursor, limit: Math.min(query.limit, world.settings.pageLimit) },
      ),
    getException: ({ params }, asking) => forPerson(world, asking, find(params.id)),
    requestException: ({ body }, asking) => {
      const guardrail = must(
        world.governance.guardrails.find(({ metadata }) => metadata.name === body.guardrail),
        body.guardrail,
      );
      const made: ExceptionView = {
        ...body,
        id: newId('exc'),
        state: 'pending',
        owner: actorOf(asking),
        team: componentOf(world, body.scope.component).owner,
        requester: actorOf(asking),
        requestedAt: soon(0),
        covers: {},
        guardrailTitle: guardrail.spec.title,
        severity: guardrail.spec.severity,
        exempts: [],
        exemptsDigest: 'none',
        use: 'unknown',
        may: { approve: false, reject: false, revoke: false, withdraw: true },
      };
      exceptions.unshift(made);
      return forPerson(world, asking, made);
    },
    approveException: ({ params, body }, asking) => {
      const view = find(params.id);
      if (body.seen !== view.exemptsDigest)
        throw new PltfError('conflict', {
          detail: 'what it exempts is not what was shown any more',
          fix: 'Look at it again.',
        });
      const { flag: _, ...rest } = view;
      return put(
        {
          ...rest,
          state: 'approved',
          approver: actorOf(asking),
          decisionReason: body.reason,
          startsAt: soon(0),
        },
        asking,
        'exception-approved',
      );
    },
    rejectException: ({ params, body }, asking) =>
      put(
        { ...find(params.id), state: 'rejected', endedAt: soon(0), decisionReason: body.reason },
        asking,
        'exception-closed',
      ),
    revokeException: ({ params, body }, asking) =>
      put(
        {
          ...find(params.id),
          state: 'revoked',
          endedAt: soon(0),
          endedBy: actorOf(asking),
          endedReason: body.reason,
        },
        asking,
        'exception-closed',
      ),
    withdrawException: ({ params }, asking) =>
      put({ ...find(params.id), state: 'withdrawn', endedAt: soon(0) }, asking, 'exception-closed'),
  } satisfies Partial<TestHandlers>;
}
