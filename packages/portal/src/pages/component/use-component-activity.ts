import type { EventView } from '@pltf/contracts';
import { useInfiniteQuery } from '@tanstack/react-query';
import { useClient } from '../../api/client-context.ts';
import { activityQuery } from '../../api/queries.ts';
import { condensed } from '../activity/condense.ts';

/** What happened to a component, without the small steps in between; undefined while it loads. */
export function useComponentActivity(name: string): {
  readonly events: readonly EventView[] | undefined;
} {
  const query = useInfiniteQuery(activityQuery(useClient(), name));
  const events = query.data?.pages.flatMap(({ items }) => items);
  return { events: events === undefined ? undefined : condensed(events) };
}
