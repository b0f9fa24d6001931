import { systemClock } from '../kernel/clock.ts';
import {
  createOperationReconciler,
  creationGate,
  pathsService,
  postgresOperationsQueries,
  postgresOperationsStore,
} from '../modules/paths/index.ts';
import type { DeliveryRoom } from './delivery-room.ts';
import type { Foundation } from './foundation.ts';
import type { Ground } from './ground-floor.ts';
import type { PolicyRoom } from './policy-room.ts';
import type { RuntimeRoom } from './runtime-room.ts';

/** Golden paths, creation and deletion. */
export function pathsRoom(
  foundation: Foundation,
  ground: Ground,
  runtime: RuntimeRoom,
  delivery: DeliveryRoom,
  policy: PolicyRoom,
) {
  const { db, platform, portalUrl, routerPort } = foundation;
  const { catalog, catalogQueries, git, repos, scaffolder } = ground;
  const store = postgresOperationsStore();
  const queries = postgresOperationsQueries(db);
  const clock = systemClock;
  const asked = { db, catalog, catalogQueries, scaffolder, clock };
  const facts = { runtime: runtime.queries, delivery: delivery.queries };
  const gate = creationGate({ gate: policy.gate, platform });
  const service = pathsService({ ...asked, ...facts, store, queries, gate });
  const creation = { ...asked, ...facts, git, repos, platform, portalUrl, routerPort };
  const teardown = {
    ...{ db, catalog, git },
    runtime: runtime.service,
    runtimeQueries: runtime.queries,
    delivery: delivery.queries,
    deliveryStore: delivery.store,
    archive: delivery.archive,
    exceptions: policy.service,
  };
  return {
    scaffolder,
    gate,
    queries,
    service,
    reconcilers: [createOperationReconciler({ queries, store, creation, teardown })],
  };
}
