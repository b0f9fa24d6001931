import { type ClusterCacheOptions, openClusterCache } from '../../cluster/cache/watched-cache.ts';
import type { ClusterApi } from '../../cluster/cluster-api.ts';
import { type InCluster, inCluster } from '../kubernetes/index.ts';
import type { KubernetesRuntimeOptions } from '../kubernetes/runtime-options.ts';
import { type GitOpsRule, ringFacts } from './repository/manifest.ts';

export interface LookInsideOptions
  extends Pick<
    KubernetesRuntimeOptions,
    'runtime' | 'platform' | 'ledger' | 'images' | 'clock' | 'wake'
  > {
  readonly rule: GitOpsRule;
  /** The cluster that placements are brought to. */
  readonly target: ClusterApi;
  /** Told of what went wrong with it and is tried again. */
  readonly onTrouble?: ClusterCacheOptions['onTrouble'];
}

export interface Inside extends AsyncDisposable {
  readonly inCluster: InCluster;
}

/** Logs, shells, tasks and instances of placements that others bring to a cluster, kept true by watches. */
export function lookInside(options: LookInsideOptions): Inside {
  const { target, platform, rule, onTrouble } = options;
  const cache = openClusterCache({
    ...{ api: target, platform, followed: true },
    ...(onTrouble === undefined ? {} : { onTrouble }),
  });
  return {
    inCluster: inCluster({
      ...{ ...options, cluster: target, cache },
      facts: async (signal) => ringFacts(rule, await target.served({ signal })),
    }),
    [Symbol.asyncDispose]: () => cache[Symbol.asyncDispose](),
  };
}
