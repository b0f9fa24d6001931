import type { JsonValue } from '@pltf/plan/render';
import type { SeenNamespace, SeenObject } from '../../../cluster/cluster-cache.ts';
import { covers } from './covers.ts';
import { treeOf } from './owned-fields.ts';
import { identityOf, isWorkload, keyOf, replicasOf, seenObjects } from './placement-set.ts';
import { digestOf, type SealedObject } from './seal.ts';

/** What has to be done about one object, as far as the cache knows. */
export type ObjectState =
  /** As it was rendered: nothing to do. */
  | 'settled'
  | 'missing'
  /** Something else was rendered than was applied last. */
  | 'changed'
  /** What was applied last is what is wanted, and somebody has had a hand in it: looked at, and never overwritten. */
  | 'touched'
  /** On its way out; it is made anew when it is gone. */
  | 'deleting'
  /** A member of another set. */
  | 'foreign';

export interface ObjectDifference {
  readonly object: SealedObject;
  readonly seen: SeenObject | undefined;
  readonly state: ObjectState;
}

/** What there is to do for each object, in their order. Pure, and without a request. */
export function difference(
  objects: readonly SealedObject[],
  namespace: SeenNamespace,
  set: string,
): readonly ObjectDifference[] {
  const all = seenObjects(namespace);
  return objects.map((object) => {
    const seen = all.get(identityOf(keyOf(object)));
    return { object, seen, state: stateOf(object, seen, set) };
  });
}

function stateOf(object: SealedObject, seen: SeenObject | undefined, set: string): ObjectState {
  if (seen === undefined) return 'missing';
  if (seen.deleting) return 'deleting';
  if (seen.partOf !== undefined && seen.partOf !== set) return 'foreign';
  if (seen.applied !== digestOf(object)) return 'changed';
  // A person's tool owns something of it: perhaps what nobody asked for.
  return seen.hands === undefined && asApplied(object, seen) ? 'settled' : 'touched';
}

/**
 * The scale subresource of old clusters (before 1.22) leaves us the owner of a number that somebody else wrote, so the
 * number and the images are compared besides.
 */
function asApplied(object: SealedObject, seen: SeenObject): boolean {
  if (!coveredBefore(object, seen.owned)) return false;
  if (!isWorkload(seen)) return true;
  const replicas = replicasOf(object);
  if (replicas !== undefined && replicas !== seen.replicas) return false;
  return imagesOf(object).every(([name, image]) => seen.images[name] === image);
}

/** Both are one object in memory for as long as they are the same: what was found before holds. */
const found = new WeakMap<
  SealedObject,
  { readonly owned: JsonValue | undefined; readonly covered: boolean }
>();

function coveredBefore(object: SealedObject, owned: JsonValue | undefined): boolean {
  const before = found.get(object);
  if (before !== undefined && before.owned === owned) return before.covered;
  const covered = covers(object, owned);
  found.set(object, { owned, covered });
  return covered;
}

/** Images of the pod template, by container; empty for what has no pods. */
function imagesOf(object: {
  readonly [field: string]: unknown;
}): readonly (readonly [string, string])[] {
  const spec = treeOf(object['spec'] as JsonValue);
  const inner = treeOf(spec?.['jobTemplate']);
  if (inner !== undefined) return imagesOf(inner);
  const containers = treeOf(treeOf(spec?.['template'])?.['spec'])?.['containers'];
  if (!Array.isArray(containers)) return [];
  return containers.flatMap((container: JsonValue) => {
    const { name, image } = treeOf(container) ?? {};
    return typeof name === 'string' && typeof image === 'string' ? [[name, image] as const] : [];
  });
}
