import type { ClusterFacts } from '@pltf/plan/render';
import type { Clock } from '../../../kernel/clock.ts';
import type { ReleaseImages, RolloutLedger } from '../../../modules/runtime/index.ts';
import type { ClusterApi } from '../../cluster/cluster-api.ts';
import type { ClusterCache } from '../../cluster/cluster-cache.ts';

/** What the Kubernetes driver of one runtime is made from. */
export interface KubernetesRuntimeOptions {
  /** The runtime's name in the platform file. */
  readonly runtime: string;
  /** The id of this installation: eight hexadecimal digits. */
  readonly platform: string;
  readonly cluster: ClusterApi;
  readonly cache: ClusterCache;
  readonly ledger: RolloutLedger;
  readonly images: ReleaseImages;
  /** What the renderer has to know of the cluster, by what it serves now and by the runtime's rule. */
  readonly facts: (signal?: AbortSignal) => Promise<ClusterFacts>;
  readonly clock: Clock;
  /** Has a placement looked at: at once, or at a time. */
  readonly wake: (placement: string, at?: Date) => void;
}
