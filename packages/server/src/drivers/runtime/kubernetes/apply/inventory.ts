import { PltfError } from '@pltf/contracts';
import type { Kind } from '../../../cluster/cluster-api.ts';
import type { SeenNamespace } from '../../../cluster/cluster-cache.ts';
import {
  groupKinds,
  idLabel,
  kindsAnnotation,
  namespacesAnnotation,
  parentOf,
  toolingAnnotation,
} from './apply-set.ts';
import { identityOf, keyOf, type PlacementSet, seenObjects } from './placement-set.ts';
import { appliedAnnotation, appliedDigest, platformLabel, type SealedObject } from './seal.ts';

/** Who keeps the set, as KEP-3659 wants it: `<tool>/<version>`. The version is the inventory's, not the program's. */
const tooling = 'pltf/v1.0.0';

/**
 * The parent of the set, which says what kinds of objects the set may hold: those that are wanted, and those of members
 * that are there still. So it grows before anything is applied, and shrinks once what is not wanted any more has gone.
 */
export function inventoryObject(set: PlacementSet, wanted: readonly Kind[]): SealedObject {
  const seen = set.cache.of(set.namespace);
  const before = known.get(seen);
  if (before?.wanted === wanted && before.set === set.seal.set) return before.inventory;
  const inventory = made(set, wanted);
  known.set(seen, { wanted, set: set.seal.set, inventory });
  return inventory;
}

interface Made {
  readonly wanted: readonly Kind[];
  readonly set: string;
  readonly inventory: SealedObject;
}

/** What a cache answers stays the same object for as long as nothing changes in the namespace. */
const known = new WeakMap<SeenNamespace, Made>();

function made(set: PlacementSet, wanted: readonly Kind[]): SealedObject {
  const { apiVersion, kind, name } = parentOf(set.namespace);
  const rendered = {
    apiVersion,
    kind,
    metadata: {
      name,
      namespace: set.namespace,
      labels: {
        'app.kubernetes.io/managed-by': 'pltf',
        [platformLabel]: set.seal.platform,
        [idLabel]: set.seal.set,
      },
      annotations: {
        [toolingAnnotation]: tooling,
        [kindsAnnotation]: groupKinds([...wanted, ...membersOf(set)]),
        [namespacesAnnotation]: '',
      },
    },
  };
  const annotations = {
    ...rendered.metadata.annotations,
    [appliedAnnotation]: appliedDigest(rendered),
  };
  return { ...rendered, metadata: { ...rendered.metadata, annotations } };
}

const membersOf = ({ cache, namespace, seal }: PlacementSet): readonly Kind[] =>
  [...seenObjects(cache.of(namespace)).values()].filter(({ partOf }) => partOf === seal.set);

/** Whether the inventory has to be written, by what the cache has of it. */
export function inventoryIsCurrent(set: PlacementSet, inventory: SealedObject): boolean {
  const seen = seenObjects(set.cache.of(set.namespace)).get(identityOf(keyOf(inventory)));
  return (
    seen !== undefined &&
    !seen.deleting &&
    seen.applied === inventory.metadata.annotations[appliedAnnotation]
  );
}

/** Writes the inventory. Throws `cluster-foreign` when another tool keeps the set. */
export async function writeInventory(
  { cluster, cache, namespace }: PlacementSet,
  inventory: SealedObject,
  signal: AbortSignal | undefined,
): Promise<void> {
  const result = await cluster.apply(inventory, { signal });
  if (result.ok) {
    cache.note(result.object);
    return;
  }
  const fields = result.conflicts.map(({ field, manager }) => `${field} (${manager})`).join(', ');
  throw new PltfError('cluster-foreign', {
    detail: `another tool keeps the inventory of the namespace ${namespace}: ${fields}`,
    fix: `If it may go, delete it: kubectl delete configmap ${inventory.metadata.name} --namespace ${namespace}`,
  });
}
