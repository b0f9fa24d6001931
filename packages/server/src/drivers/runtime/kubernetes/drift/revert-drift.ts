import { type DriftedField, PltfError } from '@pltf/contracts';
import { fieldName, leavesOf } from '../apply/owned-fields.ts';
import { keyOf, nameOf, type PlacementSet } from '../apply/placement-set.ts';
import type { SealedObject } from '../apply/seal.ts';
import { additions } from './additions.ts';
import { ownTree } from './attribution.ts';
import { findDrift } from './find-drift.ts';
import { removalsOf } from './removals.ts';

export interface RevertChoice {
  /** `Deployment users-api`; all objects when absent. */
  readonly object?: string | undefined;
  /** `.spec.replicas`; the objects in which this field drifted when given. */
  readonly field?: string | undefined;
}

/**
 * Takes drifted fields back because a person asked for it: the object is applied once more, this time by force. All
 * drifted fields of an object go back together, since an apply says all of an object; what people added is taken out.
 * Answers what was taken back; nothing when nothing had drifted.
 */
export async function revertDrift(
  set: PlacementSet,
  objects: readonly SealedObject[],
  { object: name, field }: RevertChoice,
  signal?: AbortSignal,
): Promise<readonly DriftedField[]> {
  const chosen = objects.filter((object) => name === undefined || nameOf(keyOf(object)) === name);
  if (chosen.length === 0)
    throw new PltfError('not-found', {
      detail: `the platform does not keep an object ${name ?? ''} here`,
      fix: 'Name it as `pltf drift` does: `Deployment users-api`.',
    });
  const reverted: DriftedField[] = [];
  for (const object of chosen) {
    const drift = await findDrift(set, object, signal);
    if (drift.length === 0 || (field !== undefined && !drift.some((one) => one.field === field)))
      continue;
    reverted.push(...(await revertObject(set, object, drift, signal)));
  }
  return reverted;
}

async function revertObject(
  set: PlacementSet,
  object: SealedObject,
  drift: readonly DriftedField[],
  signal: AbortSignal | undefined,
): Promise<readonly DriftedField[]> {
  const key = keyOf(object);
  const taken = await set.cluster.apply(object, { force: true, signal });
  if (!taken.ok)
    throw new PltfError('cluster-refused', { detail: `${nameOf(key)} could not be taken back` });
  set.cache.note(taken.object);
  // An apply leaves what others have added.
  const ours = new Set([...leavesOf(ownTree(taken.object) ?? {})].map(fieldName));
  const added = additions(taken.object, ours).map(({ path }) => path);
  const removals = removalsOf(taken.object, added);
  if (removals.length > 0) set.cache.note(await set.cluster.patch(key, removals, { signal }));
  return drift;
}
