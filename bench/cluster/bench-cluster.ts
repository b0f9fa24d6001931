import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { openClusterCache } from '../../packages/server/src/drivers/cluster/cache/watched-cache.ts';
import type { ClusterApi } from '../../packages/server/src/drivers/cluster/cluster-api.ts';
import type { ClusterCache } from '../../packages/server/src/drivers/cluster/cluster-cache.ts';
import { openCluster } from '../../packages/server/src/drivers/cluster/http/http-cluster.ts';
import { kubeconfigSource } from '../../packages/server/src/drivers/cluster/http/kubeconfig.ts';
import { platformLabel } from '../../packages/server/src/drivers/runtime/kubernetes/apply/index.ts';
import { currentContext, kubectl } from './kubectl.ts';

/** A real cluster as the driver sees it, as an installation that nobody else is. */
export interface BenchCluster {
  readonly api: ClusterApi;
  readonly cache: ClusterCache;
  /** The id of this installation: its objects are found, and taken away, by it. */
  readonly platform: string;
  /** Requests that were sent so far, watches included, by method. */
  readonly requests: ReadonlyMap<string, number>;
}

/** Runs with the cluster of `KUBECONFIG`, and takes away afterwards what was made there. Throws without one. */
export async function withCluster<T>(
  signal: AbortSignal,
  work: (cluster: BenchCluster) => Promise<T>,
): Promise<T> {
  if (process.env['KUBECONFIG'] === undefined)
    throw new Error('needs a cluster: KUBECONFIG names no kubeconfig');
  const requests = new Map<string, number>();
  const platform = newPlatform();
  await using api = openCluster({
    name: 'bench',
    context: await currentContext(signal),
    kubeconfig: kubeconfigSource(process.env),
    onRequest: ({ method }) => requests.set(method, (requests.get(method) ?? 0) + 1),
  });
  await using cache = openClusterCache({ api, platform });
  await cache.ready(signal);
  try {
    return await work({ api, cache, platform, requests });
  } finally {
    await removeAll(platform);
  }
}

export const newPlatform = (): string => randomBytes(4).toString('hex');

export const sumOf = (requests: ReadonlyMap<string, number>): number =>
  [...requests.values()].reduce((sum, count) => sum + count, 0);

/** Deleting a namespace is a hundred requests of the cluster to itself. */
const longestRemovalMs = 900_000;

/** Deletes the namespaces of an installation, and waits until none is left. Not ended by a signal: nothing may stay. */
export async function removeAll(platform: string): Promise<void> {
  const selector = `--selector=${platformLabel}=${platform}`;
  await kubectl(['delete', 'namespaces', selector, '--wait=false']);
  const until = performance.now() + longestRemovalMs;
  for (;;) {
    const left = await kubectl(['get', 'namespaces', selector, '--output=name']);
    if (left.trim() === '') return;
    if (performance.now() > until)
      throw new Error(`still there: ${left.trim().split('\n').length} namespaces with ${selector}`);
    await sleep(1000);
  }
}
