import { handsOn } from '../../../../cluster/by-hand.ts';
import type { LiveObject } from '../../../../cluster/cluster-api.ts';
import type { ClusterCache, SeenObject, SeenWorkload } from '../../../../cluster/cluster-cache.ts';
import type { MemoryCluster } from '../../../../cluster/testing/memory-cluster.ts';
import { ownTree } from '../../drift/attribution.ts';
import { partOfLabel } from '../apply-set.ts';
import { replicasOf } from '../placement-set.ts';
import { appliedAnnotation, platformLabel } from '../seal.ts';

const workloads: ReadonlySet<string> = new Set(['Deployment', 'StatefulSet', 'CronJob']);

/** A cache that is never behind: it reads what the cluster in memory has at that moment. */
export function storeCache(cluster: MemoryCluster, platform: string): ClusterCache {
  const ours = (): readonly LiveObject[] =>
    cluster.objects.all().filter(({ metadata }) => metadata.labels?.[platformLabel] === platform);
  const placeOf = ({ kind, metadata }: LiveObject): string =>
    kind === 'Namespace' ? metadata.name : (metadata.namespace ?? '');
  return {
    ready: () => Promise.resolve(),
    of: (name) => {
      const objects = ours().filter((object) => placeOf(object) === name);
      const runs = objects.filter(({ kind }) => workloads.has(kind));
      return { name, objects: objects.map(seen), workloads: runs.map(seenWorkload), pods: [] };
    },
    namespaces: () => [...new Set(ours().map(placeOf))],
    note: () => undefined,
    onChange: () => () => undefined,
    lostSince: () => undefined,
    lostBecause: () => undefined,
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
}

/** One object for as long as the object stays the same, as the real cache has it. */
const hands = new WeakMap<LiveObject, ReturnType<typeof handsOn>>();

function seen(object: LiveObject): SeenObject {
  if (!hands.has(object)) hands.set(object, handsOn(object));
  const { apiVersion, kind, metadata } = object;
  return {
    apiVersion,
    kind,
    name: metadata.name,
    namespace: metadata.namespace,
    uid: metadata.uid,
    resourceVersion: metadata.resourceVersion,
    generation: metadata.generation,
    deleting: metadata.deletionTimestamp !== undefined,
    finalizers: metadata.finalizers ?? [],
    applied: metadata.annotations?.[appliedAnnotation],
    partOf: metadata.labels?.[partOfLabel],
    owned: ownTree(object),
    hands: hands.get(object),
  };
}

interface Template {
  readonly spec?: {
    readonly containers?: readonly { readonly name: string; readonly image: string }[];
  };
}

const seenWorkload = (object: LiveObject): SeenWorkload => {
  const spec = object['spec'] as { readonly template?: Template } | undefined;
  const containers = spec?.template?.spec?.containers ?? [];
  return {
    ...seen(object),
    annotations: object.metadata.annotations ?? {},
    replicas: replicasOf(object),
    images: Object.fromEntries(containers.map(({ name, image }) => [name, image])),
    paused: false,
    status: {
      ...{ observedGeneration: undefined, replicas: 0, updated: 0, ready: 0, available: 0 },
      ...{ succeeded: 0, failed: 0, active: 0, lastSchedule: undefined, conditions: [] },
    },
  };
};
