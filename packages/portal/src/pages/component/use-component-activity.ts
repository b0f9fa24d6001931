import type { EventView } from '@pltf/contracts';
import { useInfiniteQuery } from '@tanstack/react-query';
import { useClient } from '../../api/client-context.ts';
import { activityQuery } from '../../api/queries.ts';
import { worthTelling } from '../activity/event-words.ts';

/** What happened to a component, without the small steps in between; undefined while it loads. */
export function useComponentActivity(name: string): {
  readonly events: readonly EventView[] | undefined;
} {
  const query = useInfiniteQuery(activityQuery(useClient(), name));
  return { events: query.data?.pages.flatMap(({ items }) => items).filter(worthTelling) };
}
