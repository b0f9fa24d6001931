import type { Client, ComponentDetail, ComponentSummary, EventView } from '@pltf/contracts';
import type { InfiniteData, QueryClient, QueryFilters } from '@tanstack/react-query';
import { componentQuery } from '../api/queries.ts';
import { changesCatalogue, touchedByAll } from './event-effects.ts';

/** How long events are gathered: a rollout tells several things at once. */
const gatherMs = 120;
/** More changed rows than this, and the list is asked for as a whole. */
const mostRows = 5;

interface Page {
  readonly items: readonly ComponentSummary[];
  readonly next?: string | undefined;
}

/** Takes events one by one and brings what is on the screen up to date, in one pass after another. */
export function createEventSink(
  client: Client,
  queryClient: QueryClient,
): (event: EventView) => void {
  let gathered: EventView[] = [];
  let busy = false;
  const pass = async (): Promise<void> => {
    busy = true;
    while (gathered.length > 0) {
      await new Promise((resolve) => setTimeout(resolve, gatherMs));
      const events = gathered;
      gathered = [];
      // Waits for the answers, so that a stream of events never cancels the question it caused.
      await applyEvents(client, queryClient, events).catch(() => undefined);
    }
    busy = false;
  };
  return (event) => {
    gathered.push(event);
    if (!busy) void pass();
  };
}

/**
 * Asks again what is on the screen. A question under way is waited for first: its answer may have been made
 * before the event, and React Query does not ask twice at once.
 */
export async function refresh(queryClient: QueryClient, filters: QueryFilters): Promise<void> {
  const asking = queryClient.getQueryCache().findAll({ ...filters, fetchStatus: 'fetching' });
  await Promise.all(
    asking.map(async ({ promise }) => {
      await promise?.catch(() => undefined);
    }),
  );
  await queryClient.invalidateQueries(filters);
}

async function applyEvents(
  client: Client,
  queryClient: QueryClient,
  events: readonly EventView[],
): Promise<void> {
  const touched = touchedByAll(events).map((queryKey) => refresh(queryClient, { queryKey }));
  await Promise.all([...touched, refreshRows(client, queryClient, events)]);
}

/** The catalogue's rows: those that changed are asked for one by one, a changed set of rows as a whole. */
async function refreshRows(
  client: Client,
  queryClient: QueryClient,
  events: readonly EventView[],
): Promise<void> {
  const names = new Set(events.flatMap(({ component }) => component ?? []));
  const lists = queryClient.getQueryCache().findAll({ queryKey: ['components'], type: 'active' });
  if (names.size === 0 && !events.some(changesCatalogue)) return;
  if (lists.length === 0 || names.size > mostRows || events.some(changesCatalogue)) {
    await refresh(queryClient, { queryKey: ['components'] });
    return;
  }
  const rows = await Promise.all(
    [...names].map((name) =>
      queryClient.fetchQuery({ ...componentQuery(client, name), staleTime: 0 }),
    ),
  );
  for (const row of rows) putRow(queryClient, summaryOf(row));
}

function putRow(queryClient: QueryClient, row: ComponentSummary): void {
  queryClient.setQueriesData<InfiniteData<Page>>({ queryKey: ['components'] }, (held) =>
    held === undefined
      ? held
      : {
          ...held,
          pages: held.pages.map((page) => ({
            ...page,
            items: page.items.map((item) => (item.name === row.name ? row : item)),
          })),
        },
  );
}

/** A component as its row in the catalogue. */
export function summaryOf(detail: ComponentDetail): ComponentSummary {
  const { name, kind, owner, description, path, state, wellness, createdAt, changedAt } = detail;
  return {
    name,
    kind,
    owner,
    description,
    path,
    state,
    wellness,
    createdAt,
    changedAt,
    placements: detail.placements.map(({ id, environment, url, phase, serving }) => ({
      id,
      environment,
      url,
      phase,
      release: serving?.number,
    })),
  };
}
