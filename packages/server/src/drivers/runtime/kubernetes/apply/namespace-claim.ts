import { PltfError } from '@pltf/contracts';
import { identityOf, type PlacementSet, seenObjects } from './placement-set.ts';
import { platformLabel } from './seal.ts';

export type NamespaceClaim = 'ours' | 'free' | 'deleting';

/**
 * Whether the placement's namespace may be used. From the cache where it is ours; else the API server is asked once:
 * two installations apply by the same field manager, so no conflict would tell. Throws `cluster-foreign` for one that
 * another installation has made, or somebody by hand.
 */
export async function claimNamespace(
  { cluster, cache, namespace, seal }: PlacementSet,
  signal: AbortSignal | undefined,
): Promise<NamespaceClaim> {
  const key = { apiVersion: 'v1', kind: 'Namespace', name: namespace };
  const seen = seenObjects(cache.of(namespace)).get(identityOf(key));
  if (seen !== undefined) return seen.deleting ? 'deleting' : 'ours';
  const live = await cluster.get(key, signal);
  if (live === undefined) return 'free';
  const owner = live.metadata.labels?.[platformLabel];
  if (owner !== seal.platform) throw foreignNamespace(namespace, owner, seal.platform);
  return live.metadata.deletionTimestamp === undefined ? 'ours' : 'deleting';
}

/** Whose the namespace is, and what to do about it. */
export function foreignNamespace(
  namespace: string,
  owner: string | undefined,
  platform: string,
): PltfError {
  const detail =
    owner === undefined
      ? `the namespace ${namespace} is there already, and pltf did not make it`
      : `the namespace ${namespace} belongs to another installation of pltf (${owner})`;
  const fix =
    owner === undefined
      ? `Delete it, name the component otherwise, or hand it over with all that is in it: kubectl label namespace ${namespace} ${platformLabel}=${platform}`
      : 'Name the component otherwise, give one of the installations a cluster of its own, or delete the placement there.';
  return new PltfError('cluster-foreign', { detail, fix });
}
