import type { Client, ComponentKind, PlacementView } from '@pltf/contracts';
import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';
import type { Topic } from '../live/event-effects.ts';

/** Keys begin with a topic, so that events know what they make old. */
type Key = readonly [Topic, ...unknown[]];
export const key = <K extends Key>(...parts: K): K => parts;

export const cursor = (param: string | undefined): { cursor?: string } =>
  param === undefined ? {} : { cursor: param };

export const paged = {
  initialPageParam: undefined as string | undefined,
  getNextPageParam: (last: { readonly next?: string | undefined }) => last.next,
};

export const meQuery = (client: Client) =>
  queryOptions({ queryKey: key('me'), queryFn: ({ signal }) => client.whoAmI({}, { signal }) });

export const publicHealthQuery = (client: Client) =>
  queryOptions({
    queryKey: key('public-health'),
    queryFn: ({ signal }) => client.publicHealth({}, { signal }),
  });

export const pathsQuery = (client: Client) =>
  queryOptions({
    queryKey: key('paths'),
    queryFn: ({ signal }) => client.listGoldenPaths({}, { signal }),
  });

export interface ListQuery {
  readonly q?: string;
  readonly kind?: ComponentKind;
  readonly owner?: string;
}

const catalogueLimit = 200;

/** The catalogue in pages of 200; filters beyond what is loaded are the server's. */
export const componentsQuery = (client: Client, query: ListQuery = {}) =>
  infiniteQueryOptions({
    queryKey: key('components', query),
    queryFn: ({ pageParam, signal }) =>
      client.listComponents(
        { query: { ...query, limit: catalogueLimit, ...cursor(pageParam) } },
        { signal },
      ),
    ...paged,
  });

export const componentQuery = (client: Client, name: string) =>
  queryOptions({
    queryKey: key('component', name),
    queryFn: ({ signal }) => client.getComponent({ params: { component: name } }, { signal }),
  });

/** Looked up where it runs. */
export const driftQuery = (client: Client, { component, id }: PlacementView) =>
  queryOptions({
    queryKey: key('component', component, 'drift', id),
    queryFn: ({ signal }) => client.getDrift({ params: { placement: id } }, { signal }),
  });

export const keptQuery = (client: Client, { component, id }: PlacementView) =>
  queryOptions({
    queryKey: key('component', component, 'kept', id),
    queryFn: ({ signal }) => client.listKept({ params: { placement: id } }, { signal }),
  });

export const operationQuery = (client: Client, id: string) =>
  queryOptions({
    queryKey: key('operation', id),
    queryFn: ({ signal }) => client.getOperation({ params: { id } }, { signal }),
  });

export const runQuery = (client: Client, id: string) =>
  queryOptions({
    queryKey: key('run', id),
    queryFn: ({ signal }) => client.getRun({ params: { id } }, { signal }),
  });

const pageLimit = 50;

export const runsQuery = (client: Client, component: string) =>
  infiniteQueryOptions({
    queryKey: key('runs', component),
    queryFn: ({ pageParam, signal }) =>
      client.listRuns(
        { params: { component }, query: { limit: pageLimit, ...cursor(pageParam) } },
        { signal },
      ),
    ...paged,
  });

export const releasesQuery = (client: Client, component: string) =>
  infiniteQueryOptions({
    queryKey: key('releases', component),
    queryFn: ({ pageParam, signal }) =>
      client.listReleases(
        { params: { component }, query: { limit: pageLimit, ...cursor(pageParam) } },
        { signal },
      ),
    ...paged,
  });

/** A release gets no other image: what is there stays so. */
export const releaseImageQuery = (client: Client, component: string, release: number) =>
  queryOptions({
    queryKey: key('releases', component, release, 'image'),
    queryFn: ({ signal }) => client.getReleaseImage({ params: { component, release } }, { signal }),
    retry: false,
  });

export const rolloutsQuery = (client: Client, placement: string) =>
  infiniteQueryOptions({
    queryKey: key('rollouts', placement),
    queryFn: ({ pageParam, signal }) =>
      client.listRollouts(
        { params: { placement }, query: { limit: 20, ...cursor(pageParam) } },
        { signal },
      ),
    ...paged,
  });

export const activityQuery = (client: Client, component?: string) =>
  infiniteQueryOptions({
    queryKey: key('activity', component ?? ''),
    queryFn: ({ pageParam, signal }) =>
      client.listEvents(
        {
          query: {
            limit: 100,
            ...(component === undefined ? {} : { component }),
            ...cursor(pageParam),
          },
        },
        { signal },
      ),
    ...paged,
  });

export const taskQuery = (client: Client, id: string) =>
  queryOptions({
    queryKey: key('task', id),
    queryFn: ({ signal }) => client.getTask({ params: { id } }, { signal }),
  });

const everyone = { limit: 500 };

export const teamsQuery = (client: Client) =>
  queryOptions({
    queryKey: key('teams'),
    queryFn: ({ signal }) => client.listTeams({ query: everyone }, { signal }),
  });

export const usersQuery = (client: Client) =>
  infiniteQueryOptions({
    queryKey: key('users'),
    queryFn: ({ pageParam, signal }) =>
      client.listUsers({ query: { limit: 200, ...cursor(pageParam) } }, { signal }),
    ...paged,
  });

export const tokensQuery = (client: Client) =>
  queryOptions({
    queryKey: key('tokens'),
    queryFn: ({ signal }) => client.listTokens({ query: everyone }, { signal }),
  });

export const auditQuery = (
  client: Client,
  filter: { readonly actor?: string; readonly target?: string },
) =>
  infiniteQueryOptions({
    queryKey: key('audit', filter),
    queryFn: ({ pageParam, signal }) =>
      client.listAudit({ query: { limit: 100, ...filter, ...cursor(pageParam) } }, { signal }),
    ...paged,
  });
