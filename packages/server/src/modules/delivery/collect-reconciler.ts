import type { Reconciler } from '../../engine/reconciler.ts';
import { platformActor } from '../../kernel/events.ts';
import type { PlatformSource } from '../../kernel/platform-source.ts';
import { type Db, transact } from '../../persistence/transaction.ts';
import type { RuntimeQueries } from '../runtime/index.ts';
import type { DeliveryQueries } from './delivery-queries.ts';
import { collectReconciler } from './delivery-service.ts';
import type { DeliveryStore } from './delivery-store.ts';
import type { ReleaseArchive } from './release-archive.ts';
import { collectable } from './release-rules.ts';

export interface CollectReconcilerDependencies {
  readonly db: Db;
  readonly queries: DeliveryQueries;
  readonly store: DeliveryStore;
  readonly runtime: RuntimeQueries;
  readonly archive: ReleaseArchive;
  readonly platform: PlatformSource;
}

const most = 10_000;

/**
 * Collects the archives of a component's old releases. The rule: the newest `releases.keep` of the platform file
 * stay, and all that a placement serves, wants or keeps warm. Records stay for ever.
 */
export function createCollectReconciler({
  db,
  queries,
  store,
  runtime,
  archive,
  platform,
}: CollectReconcilerDependencies): Reconciler {
  return {
    name: collectReconciler,
    concurrency: 1,
    reconcile: async (component) => {
      const releases = await queries.releases(component, { limit: most });
      const placements = await runtime.placementsOf([component]);
      for (const release of collectable(releases, placements, platform.current().releases.keep)) {
        await transact(db, async (tx) => {
          await store.setCollected(tx, component, release.number);
          tx.tell({
            type: 'release-collected',
            actor: platformActor,
            component,
            summary: `Release ${release.number} is no longer kept`,
            data: { release: release.number },
          });
        });
        // The same content may be another release's too.
        if ((await queries.usesOf(release.digest)) === 0) await archive.remove(release.digest);
      }
      return undefined;
    },
  };
}
