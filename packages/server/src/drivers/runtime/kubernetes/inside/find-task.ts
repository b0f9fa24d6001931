import { setTimeout as sleep } from 'node:timers/promises';
import type { SeenNamespace, SeenPod, SeenWorkload } from '../../../cluster/cluster-cache.ts';
import { jobOf, podsOf } from '../rollout/pods.ts';
import type { PassDependencies } from '../rollout/rollout-pass.ts';

const startDeadlineMs = 15_000;

export interface FoundTask {
  readonly namespace: string;
  readonly job: SeenWorkload;
}

/** By what the cache has: tasks are few, and their namespaces are looked through without a request. */
export function findTask({ cache }: PassDependencies, id: string): FoundTask | undefined {
  for (const namespace of cache.namespaces()) {
    const job = jobOf(cache.of(namespace), id);
    if (job !== undefined) return { namespace, job };
  }
  return undefined;
}

/** A task that was accepted a moment ago may not be in the cache yet: it is waited for, bounded. */
export async function findSoon(
  dependencies: PassDependencies,
  id: string,
  signal: AbortSignal,
): Promise<FoundTask | undefined> {
  await dependencies.cache.ready(signal);
  const until = Date.now() + startDeadlineMs;
  for (;;) {
    const found = findTask(dependencies, id);
    if (found !== undefined || Date.now() >= until) return found;
    await sleep(100, undefined, { signal });
  }
}

export const podOf = (seen: SeenNamespace, job: SeenWorkload): SeenPod | undefined =>
  podsOf(seen, job).toSorted((a, b) => (a.createdAt < b.createdAt ? 1 : -1))[0];
