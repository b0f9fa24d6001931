import type { JsonValue } from '@pltf/plan/render';
import type { ClusterApi, ObjectKey } from '../../../cluster/cluster-api.ts';
import type {
  ClusterCache,
  SeenNamespace,
  SeenObject,
  SeenWorkload,
} from '../../../cluster/cluster-cache.ts';
import { parentOf, setIdOf } from './apply-set.ts';
import type { Seal } from './seal.ts';

/** The objects of one placement in one cluster: where they are, and by what they are known as ours. */
export interface PlacementSet {
  readonly cluster: ClusterApi;
  readonly cache: ClusterCache;
  readonly namespace: string;
  readonly seal: Seal;
}

export interface SetOwner {
  readonly cluster: ClusterApi;
  readonly cache: ClusterCache;
  /** The id of this installation. */
  readonly platform: string;
  /** The name of the runtime. */
  readonly runtime: string;
}

/** The set of the placement that has this namespace. */
export const placementSet = (
  { cluster, cache, platform, runtime }: SetOwner,
  namespace: string,
): PlacementSet => ({
  cluster,
  cache,
  namespace,
  seal: { platform, runtime, set: setIdOf(parentOf(namespace)) },
});

/** `ConfigMap users-api`, as people are told of it. */
export const nameOf = ({ kind, name }: Pick<ObjectKey, 'kind' | 'name'>): string =>
  `${kind} ${name}`;

/** By group, kind and name: the version of an API is a way to look at an object, and not what it is. */
export function identityOf({ apiVersion, kind, name }: Omit<ObjectKey, 'namespace'>): string {
  const slash = apiVersion.indexOf('/');
  return `${slash < 0 ? '' : apiVersion.slice(0, slash)}/${kind}/${name}`;
}

/** The key of an object as it was rendered. */
export const keyOf = (object: {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string | undefined };
}): ObjectKey => ({
  apiVersion: object.apiVersion,
  kind: object.kind,
  name: object.metadata.name,
  ...(object.metadata.namespace === undefined ? {} : { namespace: object.metadata.namespace }),
});

/** What a cache answers stays the same object for as long as nothing changes in the namespace. */
const byIdentity = new WeakMap<SeenNamespace, ReadonlyMap<string, SeenObject>>();

/** Everything of a namespace that may be a member of a set, by identity. */
export function seenObjects(seen: SeenNamespace): ReadonlyMap<string, SeenObject> {
  const before = byIdentity.get(seen);
  if (before !== undefined) return before;
  const found = new Map<string, SeenObject>();
  for (const object of seen.objects) found.set(identityOf(object), object);
  for (const workload of seen.workloads) found.set(identityOf(workload), workload);
  byIdentity.set(seen, found);
  return found;
}

/** Whether what was seen runs instances, or runs them at their times. */
export const isWorkload = (object: SeenObject): object is SeenWorkload => 'images' in object;

/** Replicas as an object says them; undefined where it says none. */
export function replicasOf(object: { readonly [field: string]: unknown }): number | undefined {
  const spec = object['spec'] as Readonly<Record<string, JsonValue>> | undefined;
  const replicas = spec?.['replicas'];
  return typeof replicas === 'number' ? replicas : undefined;
}
