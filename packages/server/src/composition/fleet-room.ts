import { systemClock } from '../kernel/clock.ts';
import { placedReleases } from '../modules/delivery/index.ts';
import {
  createFleetReconciler,
  type FleetDependencies,
  fleetKeys,
  fleetReconciler,
  fleetRoutes,
  fleetService,
  postgresFleetQueries,
  postgresFleetStore,
} from '../modules/fleet/index.ts';
import { transact } from '../persistence/transaction.ts';
import type { Foundation } from './foundation.ts';
import type { RuntimeRoom } from './runtime-room.ts';

/** Changes of the platform on their way to clusters, in waves. */
export function fleetRoom({ db, platform, log }: Foundation, runtime: RuntimeRoom) {
  const queries = postgresFleetQueries(db);
  const dependencies: FleetDependencies = {
    ...{ db, platform, queries, clock: systemClock, store: postgresFleetStore() },
    running: placedReleases(db),
    runtime: runtime.service,
    runtimeQueries: runtime.queries,
  };
  const service = fleetService(dependencies);
  const wake = async (key: string): Promise<void> =>
    transact(db, async (tx) => {
      tx.wake(fleetReconciler, key);
      await Promise.resolve();
    });
  return {
    service,
    handlers: fleetRoutes({ service, queries }),
    reconcilers: [createFleetReconciler(dependencies)],
    /** Has each new version go out, and what a stop cut in two go on. Answers with how to stop. */
    follow: async (): Promise<() => Promise<void>> => {
      const unsubscribe = platform.subscribe(() => {
        wake(fleetKeys.version).catch((error: unknown) => log.warn({ err: error }, 'fleet'));
      });
      await wake(fleetKeys.version);
      await wake(fleetKeys.change);
      return async () => {
        unsubscribe();
        await Promise.resolve();
      };
    },
  };
}
