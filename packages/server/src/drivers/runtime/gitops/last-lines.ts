import { within } from '../../../kernel/within.ts';
import type { ClusterApi, LiveObject } from '../../cluster/cluster-api.ts';

const lines = 20;
const withinMs = 3_000;

/** The last lines of the log of a pod that is not well, for a reason; empty when the cluster does not give them. */
export async function lastLines(target: ClusterApi, namespace: string): Promise<readonly string[]> {
  const signal = within(withinMs);
  try {
    const { items } = await target.list({ apiVersion: 'v1', kind: 'Pod' }, { namespace, signal });
    const pod = items.filter(isUnwell).at(-1);
    if (pod === undefined) return [];
    const found: string[] = [];
    const { name } = pod.metadata;
    const previous = restarts(pod) > 0;
    for await (const { text } of target.podLog(namespace, name, { tail: lines, previous, signal }))
      found.push(text);
    return found.slice(-lines);
  } catch {
    // A reason without a log is better than none: the cluster may not answer, or the pod is gone.
    return [];
  }
}

interface ContainerStatus {
  readonly ready?: boolean;
  readonly restartCount?: number;
}

const containers = (pod: LiveObject): readonly ContainerStatus[] =>
  (pod['status'] as { readonly containerStatuses?: readonly ContainerStatus[] } | undefined)
    ?.containerStatuses ?? [];

const isUnwell = (pod: LiveObject): boolean => containers(pod).some(({ ready }) => ready !== true);

const restarts = (pod: LiveObject): number =>
  Math.max(0, ...containers(pod).map(({ restartCount = 0 }) => restartCount));
