import { PltfError } from '@pltf/contracts';
import type { HandlersOf } from '../../kernel/request.ts';
import { type Db, transact } from '../../persistence/transaction.ts';
import type { CatalogQueries } from '../catalog/index.ts';
import {
  authorized,
  type RuntimeQueries,
  type Runtimes,
  wakePlacements,
} from '../runtime/index.ts';

export interface KeptRoutesDependencies {
  readonly db: Db;
  readonly catalog: CatalogQueries;
  readonly queries: RuntimeQueries;
  readonly runtimes: Pick<Runtimes, 'of'>;
}

/** HTTP to domain for what is kept until a person confirms that it may go. */
export function keptRoutes(dependencies: KeptRoutesDependencies): HandlersOf<'listKept' | 'prune'> {
  const { db, runtimes } = dependencies;
  return {
    listKept: async ({ params }, context) => {
      const { placement } = await authorized(dependencies, params.placement, context);
      const driver = await runtimes.of(placement);
      return { items: [...((await driver.kept?.(placement.id, context.signal)) ?? [])] };
    },
    prune: async ({ params, body: { confirm, why } }, context) => {
      const { placement } = await authorized(dependencies, params.placement, context);
      const { id, component, environment } = placement;
      const driver = await runtimes.of(placement);
      if (driver.prune === undefined) throw nothingKept(id);
      const gone = [...(await driver.prune(id, confirm, context.signal))];
      await transact(db, async (tx) => {
        tx.tell({
          ...{ type: 'object-pruned', actor: context.actor.name, component, environment, why },
          ...{ placement: id, summary: `Deleted for good: ${confirm.join(', ').slice(0, 400)}` },
          data: { confirmed: confirm, gone },
        });
        return Promise.resolve();
      });
      await wakePlacements(db, [id]);
      return { gone };
    },
  };
}

const nothingKept = (id: string): PltfError =>
  new PltfError('not-found', {
    detail: `nothing of ${id} waits to be deleted`,
    fix: 'On its runtime nothing is kept that is not wanted.',
  });
