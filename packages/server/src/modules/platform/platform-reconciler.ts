import type { Reconciler } from '../../engine/reconciler.ts';
import { platformActor } from '../../kernel/events.ts';
import { platformReconciler } from './platform-service.ts';
import type { PlatformSync } from './platform-sync.ts';

/** Looks at the platform's repository: how a push or an apply that a kill cut in two is brought to its end. */
export function createPlatformReconciler(sync: PlatformSync): Reconciler {
  return {
    name: platformReconciler,
    concurrency: 1,
    reconcile: async () => {
      await sync.reconcile(platformActor);
      return undefined;
    },
  };
}
