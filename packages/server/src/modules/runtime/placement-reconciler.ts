import type { Reconciler } from '../../engine/reconciler.ts';
import { platformActor } from '../../kernel/events.ts';
import type { PlatformSource } from '../../kernel/platform-source.ts';
import { type Db, transact } from '../../persistence/transaction.ts';
import { desiredPlacement, runtimeWay } from './desired.ts';
import { placementReconciler } from './loops.ts';
import type { ObservationIntake } from './observation-intake.ts';
import type { ReleaseSource } from './placement.ts';
import type { RuntimeDriver } from './runtime-driver.ts';
import type { RuntimeQueries } from './runtime-queries.ts';
import type { RuntimeStore } from './runtime-store.ts';

export interface PlacementReconcilerDependencies {
  readonly db: Db;
  readonly platform: PlatformSource;
  /** Where a component's repository is, for people and tools. */
  readonly repositoryUrl: (component: string) => string;
  readonly queries: RuntimeQueries;
  readonly store: RuntimeStore;
  readonly driver: RuntimeDriver;
  readonly releases: ReleaseSource;
  readonly intake: ObservationIntake;
}

/** Hands the wanted state of one placement to the driver, and takes a removed one out of the books once it is gone. */
export function createPlacementReconciler(
  dependencies: PlacementReconcilerDependencies,
): Reconciler {
  const { queries, driver, releases, intake, db, store } = dependencies;
  return {
    name: placementReconciler,
    concurrency: 4,
    reconcile: async (id, signal) => {
      const placement = await queries.findPlacement(id);
      if (placement === undefined) return undefined;
      if (placement.state === 'removing') {
        const gone = await driver.remove(id, signal);
        if (gone) await intake.gone(id);
        // The journal tells of the end; this look is for a journal entry lost with its agent.
        return gone ? undefined : { again: new Date(Date.now() + 2_000) };
      }
      const source = await releases.toPlace(
        placement.component,
        placement.release,
        placement.environment,
      );
      if (source === undefined) {
        await transact(db, async (tx) => {
          const rollout = await store.runningRollout(tx, id);
          if (rollout === undefined) return;
          await tx.sql
            .updateTable('rollouts')
            .set({ state: 'failed', step: 'failed', finished_at: new Date() })
            .where('id', '=', rollout.id)
            .execute();
          tx.tell({
            type: 'rollout-finished',
            actor: platformActor,
            component: placement.component,
            placement: id,
            summary: `Release ${placement.release} is no longer kept`,
          });
        });
        return undefined;
      }
      const way = runtimeWay(
        dependencies.platform.current(),
        placement.environment,
        source,
        dependencies.repositoryUrl(placement.component),
      );
      const desired = desiredPlacement(placement, source, way);
      await intake.observed(await driver.apply(desired, signal));
      return undefined;
    },
  };
}
