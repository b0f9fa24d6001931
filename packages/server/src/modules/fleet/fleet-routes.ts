import type { FleetChangeView } from '@pltf/contracts';
import type { HandlersOf } from '../../kernel/request.ts';
import { type FleetChange, isOpen } from './fleet-change.ts';
import type { FleetService } from './fleet-service.ts';
import type { FleetQueries } from './fleet-store.ts';

const mostMembers = 200;

type Names =
  | 'listFleetChanges'
  | 'getFleetChange'
  | 'haltFleet'
  | 'resumeFleet'
  | 'abortFleet'
  | 'listFleetHolds'
  | 'holdPlacement'
  | 'releasePlacement';

/** HTTP to domain for changes on their way to clusters. */
export function fleetRoutes({
  service,
  queries,
}: {
  readonly service: FleetService;
  readonly queries: FleetQueries;
}): HandlersOf<Names> {
  return {
    listFleetChanges: async ({ query: { limit, cursor } }, context) => {
      context.authorize({});
      const before = /^\d{1,9}$/.test(cursor ?? '') ? Number(cursor) : undefined;
      const changes = await queries.changes(limit, before);
      const last = changes.length === limit ? changes.at(-1) : undefined;
      return {
        items: changes.map(changeView),
        ...(last === undefined ? {} : { next: String(last.toVersion) }),
      };
    },
    getFleetChange: async ({ params }, context) => {
      context.authorize({});
      return changeView(await queries.change(params.change));
    },
    haltFleet: async ({ body: { why } }, context) => {
      context.authorize({ what: 'platform' });
      return changeView(await service.halt({ actor: context.actor.name, why }));
    },
    resumeFleet: async ({ body: { why } }, context) => {
      context.authorize({ what: 'platform' });
      return changeView(await service.resume({ actor: context.actor.name, why }));
    },
    abortFleet: async ({ body: { why } }, context) => {
      context.authorize({ what: 'platform' });
      return changeView(await service.abort({ actor: context.actor.name, why }));
    },
    listFleetHolds: async (_input, context) => {
      context.authorize({});
      const holds = await queries.holds();
      return { items: holds.map((hold) => ({ ...hold, since: hold.since.toISOString() })) };
    },
    holdPlacement: async ({ params, body: { why } }, context) => {
      context.authorize({ what: 'platform' });
      await service.hold(params.placement, { actor: context.actor.name, why });
      return {};
    },
    releasePlacement: async ({ params }, context) => {
      context.authorize({ what: 'platform' });
      await service.release(params.placement);
      return {};
    },
  };
}

function changeView(change: FleetChange): FleetChangeView {
  const { id, toVersion, state, reason, startedAt, finishedAt, waves } = change;
  const current = waves.findIndex(({ passedAt }) => passedAt === undefined);
  return {
    ...{ id, version: toVersion, state, startedAt: startedAt.toISOString() },
    ...(reason === undefined ? {} : { reason }),
    ...(finishedAt === undefined ? {} : { finishedAt: finishedAt.toISOString() }),
    waves: waves.map((wave, index) => waveView(wave, isOpen(change) && index === current)),
  };
}

type Wave = FleetChange['waves'][number];

function waveView(
  { rule, members, ...times }: Wave,
  current: boolean,
): FleetChangeView['waves'][number] {
  const counts = { waiting: 0, going: 0, done: 0, failed: 0, held: 0, back: 0 };
  for (const { state } of members) counts[state] += 1;
  const removals = members.filter(({ removal }) => removal).length;
  const { settledAt, startedAt, passedAt } = times;
  const soaks = settledAt !== undefined && passedAt === undefined;
  // What has something to say comes first: who looks at a wave of thousands looks for what failed.
  const telling = members.toSorted((a, b) => weight[a.state] - weight[b.state]);
  return {
    ...{ ring: rule.ring, soakMs: rule.soakMs, maxFailures: rule.maxFailures, current, counts },
    mandatory: rule.mandatory,
    ...(removals === 0 ? {} : { removals }),
    ...(startedAt === undefined ? {} : { startedAt: startedAt.toISOString() }),
    ...(soaks ? { soaksUntil: new Date(settledAt.getTime() + rule.soakMs).toISOString() } : {}),
    ...(passedAt === undefined ? {} : { passedAt: passedAt.toISOString() }),
    members: telling.slice(0, mostMembers).map(({ placement, state, reason }) => ({
      ...{ placement, state },
      ...(reason === undefined ? {} : { reason }),
    })),
  };
}

const weight = { failed: 0, going: 1, held: 2, back: 3, waiting: 4, done: 5 } as const;
