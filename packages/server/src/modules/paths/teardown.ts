import type { Db } from '../../persistence/transaction.ts';
import { transact } from '../../persistence/transaction.ts';
import type { CatalogStore } from '../catalog/index.ts';
import {
  type DeliveryQueries,
  type DeliveryStore,
  type ReleaseArchive,
  runReconciler,
} from '../delivery/index.ts';
import type { ExceptionService } from '../policy/index.ts';
import type { GitHost } from '../repos/index.ts';
import type { RuntimeQueries, RuntimeService } from '../runtime/index.ts';
import type { StepId } from './operation.ts';

export interface TeardownDependencies {
  readonly db: Db;
  readonly catalog: CatalogStore;
  readonly runtime: RuntimeService;
  readonly runtimeQueries: RuntimeQueries;
  readonly delivery: DeliveryQueries;
  readonly deliveryStore: DeliveryStore;
  readonly archive: ReleaseArchive;
  readonly git: GitHost;
  readonly exceptions: Pick<ExceptionService, 'componentGone'>;
}

export interface TeardownProgress {
  /** The step that is being waited for; undefined when everything is gone. */
  readonly waitingFor: StepId | undefined;
  readonly leftovers: readonly string[];
}

const mostReleases = 100_000;

/**
 * One pass of taking down a component: asks for what is still there to go, and says what is left. Called until
 * nothing is. Every part is idempotent, and the next part begins only when the one before is proved gone.
 */
export async function tearDown(
  dependencies: TeardownDependencies,
  component: string,
  actor: string,
  why?: string,
): Promise<TeardownProgress> {
  const {
    db,
    catalog,
    runtime,
    runtimeQueries,
    delivery,
    deliveryStore,
    archive,
    git,
    exceptions,
  } = dependencies;
  const placements = await runtimeQueries.placementsOf([component]);
  const runs = await delivery.unfinishedRuns(component);
  await transact(db, async (tx) => {
    for (const { id } of placements) await runtime.requestRemoval(tx, id, actor, why);
    for (const run of runs) {
      await deliveryStore.requestCancel(tx, run);
      tx.wake(runReconciler, run);
    }
  });
  if (placements.length > 0) {
    const leftovers = placements.flatMap(({ id, observed }) => [
      id,
      ...(observed?.leftovers ?? []),
    ]);
    return { waitingFor: 'instances', leftovers };
  }
  if (runs.length > 0) return { waitingFor: 'runs', leftovers: runs };
  const releases = await delivery.releases(component, { limit: mostReleases });
  for (const release of releases) {
    if (release.collectedAt !== undefined) continue;
    await transact(db, (tx) => deliveryStore.setCollected(tx, component, release.number));
    if ((await delivery.usesOf(release.digest)) === 0) await archive.remove(release.digest);
  }
  await git.remove(component);
  await transact(db, async (tx) => {
    await tx.sql.deleteFrom('rollouts').where('component', '=', component).execute();
    await tx.sql.deleteFrom('tasks').where('component', '=', component).execute();
    await exceptions.componentGone(tx, component);
    await catalog.remove(tx, component);
  });
  return { waitingFor: undefined, leftovers: [] };
}
