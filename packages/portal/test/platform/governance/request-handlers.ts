import type { RequestView } from '@pltf/contracts';
import { actorOf, type TestHandlers } from '../handler-types.ts';
import { must, paged, soon } from '../lookup.ts';
import { day } from '../times.ts';
import { newId, type World } from '../world.ts';

export function requestHandlers(world: World) {
  const { requests } = world.governance;
  const find = (id: string): RequestView =>
    must(
      requests.find((one) => one.id === id),
      id,
    );
  const put = (view: RequestView): RequestView => {
    requests[requests.findIndex(({ id }) => id === view.id)] = view;
    return view;
  };
  const done = { answer: false, withdraw: false };
  return {
    listRequests: ({ query }) =>
      paged(
        requests.filter(
          (one) =>
            (query.state ?? one.state) === one.state &&
            (query.overdue ?? one.overdue) === one.overdue,
        ),
        query,
      ),
    getRequest: ({ params }) => find(params.id),
    createRequest: ({ body }, asking) => {
      const made: RequestView = {
        ...body,
        id: newId('req'),
        state: 'open',
        requester: actorOf(asking),
        owner: 'team-platform',
        askedAt: soon(0),
        answerBy: soon(2 * day),
        overdue: false,
        may: { answer: false, withdraw: true },
      };
      requests.unshift(made);
      return made;
    },
    answerRequest: ({ params, body }, asking) =>
      put({
        ...find(params.id),
        state: body.decision,
        overdue: false,
        decidedBy: actorOf(asking),
        decidedAt: soon(0),
        decisionReason: body.reason,
        may: done,
      }),
    withdrawRequest: ({ params }) =>
      put({ ...find(params.id), state: 'withdrawn', overdue: false, may: done }),
  } satisfies Partial<TestHandlers>;
}
