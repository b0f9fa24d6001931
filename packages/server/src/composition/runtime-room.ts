import { agentRuntime } from '../drivers/runtime/agent/agent-runtime.ts';
import { systemClock } from '../kernel/clock.ts';
import { postgresDeliveryQueries, releaseSource } from '../modules/delivery/index.ts';
import { wakeAudit } from '../modules/policy/index.ts';
import {
  createExpiryReconciler,
  createPlacementReconciler,
  createTaskReconciler,
  observationIntake,
  type PlacementListener,
  postgresRuntimeQueries,
  postgresRuntimeStore,
  runtimeService,
} from '../modules/runtime/index.ts';
import type { Foundation, Upwards } from './foundation.ts';
import type { Ground } from './ground-floor.ts';
import type { PolicyRoom } from './policy-room.ts';

/** Placements, rollouts, instances as observed, tasks. */
export function runtimeRoom(
  { db, platform, portalUrl }: Foundation,
  ground: Ground,
  { goldenPaths }: PolicyRoom,
  upwards: Upwards,
) {
  const store = postgresRuntimeStore();
  const queries = postgresRuntimeQueries(db);
  const driver = agentRuntime(ground.agent);
  const service = runtimeService({ store, platform, clock: systemClock });
  const releases = releaseSource(postgresDeliveryQueries(db), ground.catalogQueries);
  const listener: PlacementListener = {
    changed: async (tx, component) => {
      wakeAudit(tx, component);
      await upwards.paths?.wake(tx, component);
    },
  };
  const intake = observationIntake({ db, store, listener });
  const repositoryUrl = (component: string) => `${portalUrl}/git/${component}.git`;
  const own = { db, platform, repositoryUrl };
  const reconcilers = [
    createPlacementReconciler({
      ...{ ...own, goldenPaths, queries, store, driver, releases, intake },
    }),
    createTaskReconciler({ ...own, queries, store, driver, releases }),
    createExpiryReconciler(db, queries, service, systemClock),
  ];
  return { store, queries, driver, service, intake, reconcilers };
}

export type RuntimeRoom = ReturnType<typeof runtimeRoom>;
