import type { Reconciler } from '../../engine/reconciler.ts';
import { platformActor } from '../../kernel/events.ts';
import type { ReposService } from './repos-service.ts';

export const repositoryReconciler = 'repository';

/** Looks at one repository: how pushes that a kill left untold are told after all. */
export function createRepositoryReconciler(service: ReposService): Reconciler {
  return {
    name: repositoryReconciler,
    concurrency: 2,
    reconcile: async (component) => {
      await service.observe(component, platformActor);
      return undefined;
    },
  };
}
