import type { JsonValue } from '@pltf/plan/render';
import type { MemoryCluster } from '../../../cluster/testing/memory-cluster.ts';
import type { Manifested, SyncTarget } from './simulated-argo.ts';

/** Brings objects to a cluster in memory, whose own workloads decide how well they are. */
export function memoryClusterTarget(cluster: MemoryCluster): SyncTarget {
  const keyOf = ({ apiVersion, kind, metadata: { name, namespace } }: Manifested) => ({
    ...{ apiVersion, kind, name },
    ...(namespace === undefined ? {} : { namespace }),
  });
  return {
    apply: (object) => {
      cluster.edit(
        keyOf(object),
        'argocd-controller',
        JSON.parse(JSON.stringify(object)) as JsonValue,
      );
      return Promise.resolve();
    },
    remove: async (object) => {
      await cluster.delete(keyOf(object));
    },
    health: async (object) => {
      const live = await cluster.get(keyOf(object));
      if (live === undefined) return 'Missing';
      if (object.kind !== 'Deployment') return 'Healthy';
      const { replicas } = object['spec'] as { readonly replicas?: number };
      const status = live['status'] as { readonly availableReplicas?: number } | undefined;
      return (status?.availableReplicas ?? 0) >= (replicas ?? 1) ? 'Healthy' : 'Progressing';
    },
  };
}
