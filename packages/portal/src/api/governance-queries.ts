import type { AuditAsOf, Client, ExceptionState, IntakeState } from '@pltf/contracts';
import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';
import { cursor, key, paged } from './queries.ts';

const limit = 50;

/** An audit that finds nothing new tells no event: while one is on its way, it is asked for. */
const whileBehind = ({
  state,
}: {
  readonly state: { readonly data: { readonly audit: AuditAsOf } | undefined };
}): number | false => (state.data?.audit.behind === true ? 4_000 : false);

export const guardrailsQuery = (client: Client) =>
  queryOptions({
    queryKey: key('guardrails', 'all'),
    queryFn: ({ signal }) => client.listGuardrails({ query: { days: 30 } }, { signal }),
    refetchInterval: whileBehind,
  });

export const guardrailQuery = (client: Client, guardrail: string) =>
  queryOptions({
    queryKey: key('guardrails', 'one', guardrail),
    queryFn: ({ signal }) =>
      client.getGuardrail({ params: { guardrail }, query: { days: 90 } }, { signal }),
    refetchInterval: whileBehind,
  });

export interface GovernedBy {
  readonly component?: string;
  readonly team?: string;
  readonly guardrail?: string;
}

export const verdictsQuery = (client: Client, filter: GovernedBy) =>
  infiniteQueryOptions({
    queryKey: key('verdicts', filter),
    queryFn: ({ pageParam, signal }) =>
      client.listVerdicts({ query: { ...filter, limit: 200, ...cursor(pageParam) } }, { signal }),
    ...paged,
  });

export const exceptionsQuery = (
  client: Client,
  filter: GovernedBy & { readonly state?: ExceptionState },
) =>
  infiniteQueryOptions({
    queryKey: key('exceptions', 'list', filter),
    queryFn: ({ pageParam, signal }) =>
      client.listExceptions({ query: { ...filter, limit, ...cursor(pageParam) } }, { signal }),
    ...paged,
  });

export const exceptionQuery = (client: Client, id: string) =>
  queryOptions({
    queryKey: key('exceptions', 'one', id),
    queryFn: ({ signal }) => client.getException({ params: { id } }, { signal }),
  });

export const requestsQuery = (
  client: Client,
  filter: { readonly state?: IntakeState; readonly overdue?: boolean },
) =>
  infiniteQueryOptions({
    queryKey: key('requests', 'list', filter),
    queryFn: ({ pageParam, signal }) =>
      client.listRequests(
        {
          query: {
            limit,
            ...(filter.state === undefined ? {} : { state: filter.state }),
            ...(filter.overdue === undefined ? {} : { overdue: String(filter.overdue) }),
            ...cursor(pageParam),
          },
        },
        { signal },
      ),
    ...paged,
  });

export const requestQuery = (client: Client, id: string) =>
  queryOptions({
    queryKey: key('requests', 'one', id),
    queryFn: ({ signal }) => client.getRequest({ params: { id } }, { signal }),
  });

export const debtsQuery = (client: Client, team: string | undefined) =>
  queryOptions({
    queryKey: key('debts', team ?? ''),
    queryFn: ({ signal }) =>
      client.listDebts({ query: team === undefined ? {} : { team } }, { signal }),
    refetchInterval: whileBehind,
  });

export const privacyMapQuery = (client: Client) =>
  queryOptions({
    queryKey: key('personal-data', 'map'),
    queryFn: ({ signal }) => client.privacyMap({}, { signal }),
  });

export const platformQuery = (client: Client) =>
  queryOptions({
    queryKey: key('platform', 'now'),
    queryFn: ({ signal }) => client.getPlatform({}, { signal }),
  });

/** The newest change on its way to clusters. */
export const fleetQuery = (client: Client) =>
  queryOptions({
    queryKey: key('platform', 'fleet'),
    queryFn: ({ signal }) => client.listFleetChanges({ query: { limit: 1 } }, { signal }),
  });

export const platformVersionsQuery = (client: Client) =>
  infiniteQueryOptions({
    queryKey: key('platform', 'versions'),
    queryFn: ({ pageParam, signal }) =>
      client.listPlatformVersions({ query: { limit: 20, ...cursor(pageParam) } }, { signal }),
    ...paged,
  });

export const platformVersionQuery = (client: Client, number: number) =>
  queryOptions({
    queryKey: key('platform', 'version', number),
    queryFn: ({ signal }) => client.getPlatformVersion({ params: { number } }, { signal }),
  });

export const componentPlanQuery = (client: Client, component: string) =>
  queryOptions({
    queryKey: key('component-plan', component),
    queryFn: ({ signal }) => client.componentPlan({ params: { component } }, { signal }),
  });

/** Asked now and then: no event tells that the agent has fallen silent. */
export const healthQuery = (client: Client) =>
  queryOptions({
    queryKey: key('health'),
    queryFn: ({ signal }) => client.platformHealth({}, { signal }),
    refetchInterval: 15_000,
  });
