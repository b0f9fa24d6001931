import { join } from 'node:path';
import type { RuntimeRule } from '@pltf/contracts';
import { clusterFacts } from '@pltf/plan';
import { systemClock } from '../kernel/clock.ts';
import {
  type OpenRuntime,
  postgresRolloutLedger,
  type ReleaseImages,
  type RuntimeQueries,
} from '../modules/runtime/index.ts';
import type { Foundation } from './foundation.ts';
import type { Ground } from './ground-floor.ts';

type RuleOf<D extends RuntimeRule['driver']> = Extract<RuntimeRule, { driver: D }>;

/** What drivers of clusters are opened with. Their code is loaded when a runtime asks for it, and not before. */
export interface ClusterNeeds {
  readonly foundation: Foundation;
  readonly ground: Ground;
  readonly images: ReleaseImages;
  readonly queries: RuntimeQueries;
  readonly wake: (placement: string, at?: Date) => void;
}

/** A runtime of the driver `kubernetes`: the cluster, its cache, and the driver over both. */
export async function openKubernetes(
  { foundation, images, wake }: ClusterNeeds,
  runtime: string,
  rule: RuleOf<'kubernetes'>,
): Promise<OpenRuntime> {
  const { db, log, installation: platform, kubeconfig } = foundation;
  const [{ openClusterCache }, { kubernetesRuntime }, { openCluster }] = await Promise.all([
    import('../drivers/cluster/cache/watched-cache.ts'),
    import('../drivers/runtime/kubernetes/index.ts'),
    import('../drivers/cluster/http/http-cluster.ts'),
  ]);
  const cluster = openCluster({ name: runtime, context: rule.context, kubeconfig });
  const cache = openClusterCache({
    ...{ api: cluster, platform },
    onTrouble: ({ kind, error }) => log.warn({ err: error, runtime, kind }, 'cluster'),
  });
  const driver = kubernetesRuntime({
    ...{ runtime, platform, cluster, cache, images, wake },
    ledger: postgresRolloutLedger(db),
    facts: async (signal) => clusterFacts(rule, await cluster.served({ signal })),
    clock: systemClock,
  });
  return {
    driver,
    lostSince: () => cache.lostSince(),
    lostBecause: () => cache.lostBecause(),
    [Symbol.asyncDispose]: async () => {
      await driver[Symbol.asyncDispose]();
      await cache[Symbol.asyncDispose]();
      await cluster[Symbol.asyncDispose]();
    },
  };
}

/** A runtime of the driver `gitops`: its environment repository, and the clusters that it names. */
export async function openGitops(
  { foundation, ground, images, queries, wake }: ClusterNeeds,
  runtime: string,
  rule: RuleOf<'gitops'>,
): Promise<OpenRuntime> {
  const { db, portalUrl, kubeconfig, gitCredentials, dataDirectory, path, locks, log } = foundation;
  const [{ openGitOps, sourceCommits }, { openCluster }] = await Promise.all([
    import('../drivers/runtime/gitops/index.ts'),
    import('../drivers/cluster/http/http-cluster.ts'),
  ]);
  return openGitOps(runtime, rule, {
    ...{ images, path, portalUrl, wake, clock: systemClock },
    ledger: postgresRolloutLedger(db),
    changes: {
      asked: async (placement) => {
        const { by, why } = (await queries.asked(placement)) ?? { by: 'platform' };
        return { by, ...(why === undefined ? {} : { why }) };
      },
      commit: sourceCommits({
        ...{ directory: ground.git.directory, path },
        address: (component) => `${portalUrl}/git/${component}.git`,
      }),
    },
    platform: foundation.installation,
    onTrouble: ({ kind, error }) => log.warn({ err: error, runtime, kind }, 'cluster'),
    cluster: (name, context) => openCluster({ name, context, kubeconfig }),
    credentials: (variable) => gitCredentials[variable],
    turns: locks.named(`environment repository ${rule.repository}`),
    root: join(dataDirectory, 'environment-repositories'),
  });
}
