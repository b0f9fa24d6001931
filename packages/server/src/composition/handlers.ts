import { eventRoutes } from '../http/event-stream.ts';
import { systemClock } from '../kernel/clock.ts';
import type { Handlers, HandlersOf } from '../kernel/request.ts';
import { deliveryRoutes, previewPipeline, releaseImageRoutes } from '../modules/delivery/index.ts';
import { identityRoutes } from '../modules/identity/index.ts';
import { overviewRoutes } from '../modules/overview/index.ts';
import { pathsRoutes } from '../modules/paths/index.ts';
import {
  addressOf,
  agentLacks,
  runtimeIn,
  runtimeRoutes,
  type ViewContext,
} from '../modules/runtime/index.ts';
import type { Db } from '../persistence/transaction.ts';
import { driftHandlers } from './drift.ts';
import type { Foundation } from './foundation.ts';
import type { IdentityRoom } from './identity-room.ts';
import type { Rooms } from './index.ts';
import { planHandlers, planText } from './planning.ts';
import { version } from './version.ts';

/** What the agent has not confirmed for so long reads as unknown. Milliseconds. */
const staleAfterMs = 15_000;

/** Every operation of the API, room by room: the type says that none is missing. */
export function handlersOf(foundation: Foundation, rooms: Rooms, identity: IdentityRoom): Handlers {
  const { db, platform, portalUrl, routerPort } = foundation;
  const { runtime, delivery, catalogQueries: catalog } = rooms;
  const viewContext = (): ViewContext => ({
    ...{ staleAfterMs, now: systemClock.now() },
    ...placesOf(foundation),
    lostSince: runtime.runtimes.lostSince,
    lostBecause: runtime.runtimes.lostBecause,
    seenAt: runtime.intake.seenAt,
  });
  const queries = { runtime: runtime.queries, delivery: delivery.queries };
  return {
    ...identityRoutes({
      ...identity,
      platform: () => {
        const { organisation, domain } = platform.current();
        return { organisation, domain, portalUrl, routerPort, version };
      },
    }),
    ...eventRoutes({ queries: rooms.eventQueries, tail: rooms.tail }),
    ...overviewRoutes({
      ...{ ...queries, catalog, platform, portalUrl, viewContext },
      repos: rooms.reposQueries,
      operations: rooms.paths.queries,
      runtimes: runtime.runtimes,
    }),
    ...runtimeRoutes({ ...runtime, db, catalog, clock: systemClock, viewContext }),
    ...deliveryRoutes({
      ...{ ...delivery, db, catalog, platform },
      runtime: runtime.service,
      runtimeQueries: runtime.queries,
    }),
    ...releaseImageRoutes({ ...delivery, catalog }),
    ...pathHandlers(foundation, rooms, identity),
    ...planHandlers(foundation, rooms, identity),
    ...driftHandlers(foundation, rooms, identity),
    ...rooms.policy.handlers,
    ...rooms.platform.handlers,
    ...rooms.fleet.handlers,
    platformHealth: () => health(db, rooms.agentLost.since),
  };
}

/** Where placements are, where that answers, and what it can do. */
function placesOf({
  platform,
  routerPort,
}: Foundation): Pick<ViewContext, 'holds' | 'lacks' | 'runtimeOf' | 'urlOf'> {
  const runtimeOf: ViewContext['runtimeOf'] = ({ runtime, environment }) =>
    runtime ?? runtimeIn(platform.current(), environment);
  const urlOf: ViewContext['urlOf'] = (placement) =>
    addressOf(platform.current(), placement, routerPort);
  const holds: ViewContext['holds'] = (placement) =>
    platform.current().runtimes[runtimeOf(placement)]?.driver === 'kubernetes';
  const lacks: ViewContext['lacks'] = (placement, spec) =>
    agentLacks(platform.current(), placement, spec, routerPort);
  return { holds, lacks, runtimeOf, urlOf };
}

function pathHandlers(foundation: Foundation, rooms: Rooms, { queries }: IdentityRoom) {
  const { platform, routerPort, capabilities } = foundation;
  const { paths, catalogQueries: catalog } = rooms;
  const { scaffolder } = paths;
  return pathsRoutes({
    ...{ ...paths, catalog, platform },
    teams: { exists: async (team) => (await queries.team(team)) !== undefined },
    plan: {
      ...{ scaffolder, platform, routerPort },
      isTaken: async (name) => (await catalog.find(name)) !== undefined,
      gate: paths.gate,
      planText: planText(foundation, rooms),
      previewPipeline: (workflows) => previewPipeline(workflows, capabilities),
    },
  });
}

type Health = Awaited<ReturnType<HandlersOf<'platformHealth'>['platformHealth']>>;

async function health(db: Db, agentLost: Date | undefined): Promise<Health> {
  const asked = db.selectFrom('cursors').select('name').limit(1).execute();
  const database = await asked.then(
    () => 'ok' as const,
    () => 'down' as const,
  );
  const agent = agentLost === undefined ? 'ok' : 'down';
  return {
    status: database === 'ok' && agent === 'ok' ? 'ok' : 'degraded',
    version,
    database,
    agent,
  };
}
