import type { Reconciler } from '../../engine/reconciler.ts';
import { platformActor } from '../../kernel/events.ts';
import type { PlatformSource } from '../../kernel/platform-source.ts';
import { type Db, transact } from '../../persistence/transaction.ts';
import type { GoldenPathSource } from '../policy/index.ts';
import { placementReconciler } from './loops.ts';
import type { ObservationIntake } from './observation-intake.ts';
import type { Placement, ReleaseSource, ReleaseToPlace } from './placement.ts';
import { calleesOf, keepEdges } from './placement-edges.ts';
import type { RuntimeDriver, WantedPlacement } from './runtime-driver.ts';
import type { RuntimeQueries } from './runtime-queries.ts';
import type { RuntimeStore } from './runtime-store.ts';
import { wantedPlacement } from './wanted.ts';

export interface PlacementReconcilerDependencies {
  readonly db: Db;
  readonly platform: PlatformSource;
  readonly goldenPaths: GoldenPathSource;
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
  const { queries, driver, releases, intake } = dependencies;
  return {
    name: placementReconciler,
    concurrency: 16,
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
      const wanted =
        source === undefined ? undefined : await wantedOf(dependencies, placement, source);
      if (wanted === undefined) {
        const because =
          source === undefined
            ? `Release ${placement.release} is no longer kept`
            : `The platform file has no environment ${placement.environment}`;
        await endRollout(dependencies, placement, because);
        return undefined;
      }
      await intake.observed(await driver.apply(wanted, signal));
      return undefined;
    },
  };
}

async function wantedOf(
  dependencies: PlacementReconcilerDependencies,
  placement: Placement,
  source: ReleaseToPlace,
): Promise<WantedPlacement | undefined> {
  const platform = dependencies.platform.snapshot();
  const callees = Object.values(calleesOf(platform.file, placement.environment, source));
  const calls = [...new Set(callees.map(({ id }) => id))].toSorted();
  const [ends, goldenPaths] = await Promise.all([
    keepEdges(dependencies, placement, { calls, port: source.run.port }),
    dependencies.goldenPaths.goldenPaths(),
  ]);
  const repository = dependencies.repositoryUrl(placement.component);
  return wantedPlacement(placement, source, { platform, goldenPaths, repository, ends });
}

/** Nobody can carry it out any more. */
async function endRollout(
  { db, store }: PlacementReconcilerDependencies,
  { id, component }: Placement,
  because: string,
): Promise<void> {
  await transact(db, async (tx) => {
    const rollout = await store.runningRollout(tx, id);
    if (rollout === undefined) return;
    await tx.sql
      .updateTable('rollouts')
      .set({ state: 'failed', step: 'failed', finished_at: new Date() })
      .where('id', '=', rollout.id)
      .execute();
    tx.tell({
      ...{ type: 'rollout-finished', actor: platformActor, component, placement: id },
      summary: because,
    });
  });
}
