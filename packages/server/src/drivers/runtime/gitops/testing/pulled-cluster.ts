import type { KubernetesObject } from '@pltf/plan/render';
import type { MemoryCluster } from '../../../cluster/testing/memory-cluster.ts';
import { memoryClusterTarget } from './memory-cluster-target.ts';
import { idOf, type SyncTarget } from './simulated-argo.ts';

/** A cluster in memory as Argo CD applies to it: on the server's side, with its mark, and it has its way. */
export function pulledCluster(cluster: MemoryCluster): SyncTarget {
  return {
    ...memoryClusterTarget(cluster),
    apply: (object) => {
      const { metadata } = object;
      const annotations = {
        ...metadata.annotations,
        'argocd.argoproj.io/tracking-id': `pltf:${idOf(object)}`,
      };
      const tracked = { ...object, metadata: { ...metadata, annotations } };
      cluster.applyAs('argocd-controller', tracked as unknown as KubernetesObject);
      return Promise.resolve();
    },
  };
}
