import type { Plan } from '@pltf/contracts';
import { planComponent, type RepositoryRoot } from '@pltf/plan';
import { systemClock } from '../kernel/clock.ts';
import {
  type ApplyService,
  applyService,
  factsFor,
  ownerFor,
  type PlanningFactsDependencies,
  planRoutes,
  postgresOperationsStore,
} from '../modules/paths/index.ts';
import type { Foundation } from './foundation.ts';
import type { IdentityRoom } from './identity-room.ts';
import type { Rooms } from './index.ts';

/** What plans are made with. */
export function planningFacts(
  { platform }: Pick<Foundation, 'platform'>,
  { policy, catalogQueries, git, runtime }: Rooms,
): PlanningFactsDependencies {
  return {
    ...{ platform, git, clock: systemClock },
    guardrails: policy.guardrails,
    exceptions: policy.exceptions,
    paths: policy.goldenPaths,
    catalog: catalogQueries,
    runtime: runtime.queries,
  };
}

/** What does a plan that was shown. */
export function thinFileApply(
  { db, platform }: Foundation,
  rooms: Rooms,
  { queries }: IdentityRoom,
): ApplyService {
  return applyService({
    ...{ db, catalog: rooms.catalog, store: postgresOperationsStore(), clock: systemClock },
    paths: rooms.paths.service,
    organisation: () => platform.current().organisation,
    teamExists: async (team) => (await queries.team(team)) !== undefined,
  });
}

/** Thin files: planned, kept for a laptop, applied. */
export function planHandlers(foundation: Foundation, rooms: Rooms, identity: IdentityRoom) {
  return planRoutes({
    apply: thinFileApply(foundation, rooms, identity),
    planning: planningFacts(foundation, rooms),
    ownerFor: (context) => ownerFor(context, foundation.platform.current()),
  });
}

/** The plan of a thin file that a golden path wrote, as its creation would begin with it. */
export function planText(
  foundation: Pick<Foundation, 'platform'>,
  rooms: Rooms,
): (text: string, root: RepositoryRoot, owner: string) => Promise<Plan> {
  const planning = planningFacts(foundation, rooms);
  return async (text, root, owner) => {
    const { facts, judge } = await factsFor(planning, undefined);
    return planComponent({
      ...{ text, root, owner, facts, judge },
      fileName: 'pltf.yaml',
      now: planning.clock.now(),
    });
  };
}
