import { driftRoutes, postgresDriftHistory } from '../modules/operate/index.ts';
import type { Foundation } from './foundation.ts';
import type { IdentityRoom } from './identity-room.ts';
import type { Rooms } from './index.ts';
import { planningFacts, thinFileApply } from './planning.ts';

/** Drift: looked up, taken back, or written into the thin file. */
export function driftHandlers(foundation: Foundation, rooms: Rooms, identity: IdentityRoom) {
  const { db } = foundation;
  const { catalogQueries: catalog, runtime } = rooms;
  return driftRoutes({
    ...{ db, catalog, queries: runtime.queries, runtimes: runtime.runtimes },
    planning: planningFacts(foundation, rooms),
    apply: thinFileApply(foundation, rooms, identity),
    history: postgresDriftHistory(db),
  });
}
