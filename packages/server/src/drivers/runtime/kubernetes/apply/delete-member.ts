import type { LiveObject, ObjectKey } from '../../../cluster/cluster-api.ts';
import type { SeenObject } from '../../../cluster/cluster-cache.ts';
import { partOfLabel } from './apply-set.ts';
import type { PlacementSet } from './placement-set.ts';
import { platformLabel } from './seal.ts';

/**
 * Deletes an object that the cache knows as a member of the set, after the API server has said that it is one still: the
 * very same object, with our marks, and nobody's part. `left`: it is not ours (any more), and was left alone.
 */
export async function deleteMember(
  set: PlacementSet,
  seen: Pick<SeenObject, 'apiVersion' | 'kind' | 'name' | 'namespace' | 'uid'>,
  signal: AbortSignal | undefined,
): Promise<'gone' | 'going' | 'left'> {
  const key: ObjectKey = {
    apiVersion: seen.apiVersion,
    kind: seen.kind,
    name: seen.name,
    ...(seen.namespace === undefined ? {} : { namespace: seen.namespace }),
  };
  const live = await set.cluster.get(key, signal);
  if (live === undefined) return 'gone';
  if (!isMember(set, live, seen.uid)) return 'left';
  if (live.metadata.deletionTimestamp !== undefined) return 'going';
  return set.cluster.delete(key, { uid: seen.uid, propagation: 'Background', signal });
}

function isMember({ seal }: PlacementSet, { metadata }: LiveObject, uid: string): boolean {
  const { labels = {}, ownerReferences = [] } = metadata;
  return (
    metadata.uid === uid &&
    labels[partOfLabel] === seal.set &&
    labels[platformLabel] === seal.platform &&
    ownerReferences.length === 0
  );
}
