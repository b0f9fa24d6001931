import { sequenceOf } from '../kernel/cursor.ts';
import type { HandlersOf, RequestContext } from '../kernel/request.ts';
import type { EventFilter, EventQueries } from '../persistence/event-queries.ts';
import type { EventTail } from './event-tail.ts';

export interface EventRoutesDependencies {
  readonly queries: EventQueries;
  readonly tail: EventTail;
}

type Asked = Pick<EventFilter, 'component' | 'operation' | 'run'>;

/** What happened, as a list and as it happens. */
export function eventRoutes({
  queries,
  tail,
}: EventRoutesDependencies): HandlersOf<'listEvents' | 'followEvents'> {
  return {
    listEvents: async ({ query }, context) => {
      context.authorize({});
      const { limit, cursor } = query;
      const before = cursor === undefined ? undefined : sequenceOf(cursor);
      const events = await queries.newest(filterFor(query, context), limit + 1, before);
      const items = events.slice(0, limit);
      const last = items.at(-1);
      return events.length > limit && last !== undefined
        ? { items, next: String(last.seq) }
        : { items };
    },
    followEvents: async function* ({ query }, context) {
      context.authorize({});
      yield* tail.follow(filterFor(query, context), query.after, context.signal);
    },
  };
}

/** The catalogue and what happens in it is for everybody who is signed in; what concerns people is not. */
function filterFor({ component, operation, run }: Asked, { actor }: RequestContext): EventFilter {
  return {
    component,
    operation,
    run,
    people: actor.role === 'platform' || actor.role === 'auditor',
  };
}
