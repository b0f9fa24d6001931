import type { Reconciler } from '../../../engine/reconciler.ts';
import type { Clock } from '../../../kernel/clock.ts';
import { platformActor } from '../../../kernel/events.ts';
import { type Db, transact } from '../../../persistence/transaction.ts';
import { expiryReconciler } from '../loops.ts';
import type { RuntimeQueries } from '../runtime-queries.ts';
import type { RuntimeService } from '../runtime-service.ts';

/** Ends placements whose time to live is over; a push or deploy in between moves the time. */
export function createExpiryReconciler(
  db: Db,
  queries: RuntimeQueries,
  service: RuntimeService,
  clock: Clock,
): Reconciler {
  return {
    name: expiryReconciler,
    concurrency: 2,
    reconcile: async (id) => {
      const placement = await queries.findPlacement(id);
      if (placement?.expiresAt === undefined || placement.state === 'removing') return undefined;
      if (placement.expiresAt > clock.now()) return { again: placement.expiresAt };
      await transact(db, (tx) => service.requestRemoval(tx, id, platformActor));
      return undefined;
    },
  };
}
