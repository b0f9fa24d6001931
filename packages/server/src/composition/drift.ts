import { driftRoutes, keptRoutes, postgresDriftHistory } from '../modules/operate/index.ts';
import type { Foundation } from './foundation.ts';
import type { IdentityRoom } from './identity-room.ts';
import type { Rooms } from './index.ts';
import { planningFacts, thinFileApply } from './planning.ts';

/** Drift: looked up, taken back, or written into the thin file; and what is kept until somebody lets it go. */
export function driftHandlers(foundation: Foundation, rooms: Rooms, identity: IdentityRoom) {
  const { db } = foundation;
  const { catalogQueries: catalog, runtime } = rooms;
  const placements = { db, catalog, queries: runtime.queries, runtimes: runtime.runtimes };
  const drift = driftRoutes({
    ...placements,
    planning: planningFacts(foundation, rooms),
    apply: thinFileApply(foundation, rooms, identity),
    history: postgresDriftHistory(db),
  });
  return { ...drift, ...keptRoutes(placements) };
}
