import type { DriftedField } from '@pltf/contracts';
import type { JsonValue } from '@pltf/plan/render';
import type { LiveObject } from '../../../cluster/cluster-api.ts';
import { fieldName, leavesOf, type OwnedPath, sameJson, valueAt } from '../apply/owned-fields.ts';
import { keyOf, type PlacementSet } from '../apply/placement-set.ts';
import type { SealedObject } from '../apply/seal.ts';
import { additions } from './additions.ts';
import { driftedField, nobody, type Owner, ownerOf, ownTree } from './attribution.ts';
import { keptFields, wholeOf } from './removals.ts';

/** At most so many fields of one object are told. */
const mostFields = 50;

/**
 * What differs between an object as it is and as an apply would make it: the API server is asked by a dry run, so that
 * both sides have its defaults and its way to write an amount. Nothing is written. Empty for an object that is as it
 * should be, and for one that is not there.
 */
export async function findDrift(
  { cluster }: Pick<PlacementSet, 'cluster'>,
  object: SealedObject,
  signal?: AbortSignal,
): Promise<readonly DriftedField[]> {
  const live = await cluster.get(keyOf(object), signal);
  if (live === undefined || live.metadata.deletionTimestamp !== undefined) return [];
  // Forced: else fields of others would be missing from the answer. A dry run changes no owner.
  const asked = await cluster.apply(object, { dryRun: true, force: true, signal });
  return asked.ok ? driftBetween(object, live, asked.object) : [];
}

/** The drifted fields of one object, from what is there and what a dry run made of it. Pure. */
export function driftBetween(
  object: SealedObject,
  live: LiveObject,
  wanted: LiveObject,
): readonly DriftedField[] {
  const found = new Map<string, DriftedField>();
  const report = (path: OwnedPath, owner: Owner | undefined): void => {
    const values = { wanted: valueAt(wanted, path), live: valueAt(live, path) };
    found.set(fieldName(path), driftedField(object, path, values, owner));
  };
  const leaves = [...leavesOf(ownTree(wanted) ?? {})];
  for (const leaf of leaves) {
    if (sameJson(valueAt(wanted, leaf), valueAt(live, leaf))) continue;
    const path = firstMissing(live, leaf);
    report(path, ownerOf(live, path) ?? lastWriter(live));
  }
  const kept = keptFields(live);
  for (const addition of additions(live, new Set(leaves.map(fieldName)))) {
    const whole = wholeOf(addition.path, kept);
    // An item of a list is told as one, and not as each of its fields.
    const path = typeof whole.at(-1) === 'string' ? addition.path : whole;
    const values = { wanted: undefined, live: valueAt(live, path) };
    found.set(fieldName(path), driftedField(object, path, values, addition.owner));
  }
  return [...found.values()].slice(0, mostFields);
}

/** A container that is not there any more is told as one, and not as each of its fields. */
function firstMissing(live: LiveObject, leaf: OwnedPath): OwnedPath {
  for (let length = 1; length < leaf.length; length += 1) {
    const path = leaf.slice(0, length);
    const value: JsonValue | undefined = valueAt(live, path);
    if (value === undefined) return path;
  }
  return leaf;
}

/** Who took a field away is not kept; who wrote to the object by hand last is the best that is known of it. */
function lastWriter(live: LiveObject): Owner {
  const [last] = (live.metadata.managedFields ?? [])
    .filter(
      ({ operation, subresource, manager }) =>
        operation === 'Update' && subresource !== 'status' && manager !== 'kube-controller-manager',
    )
    .toSorted((a, b) => (b.time ?? '').localeCompare(a.time ?? ''));
  return { manager: last?.manager ?? nobody, since: last?.time };
}
