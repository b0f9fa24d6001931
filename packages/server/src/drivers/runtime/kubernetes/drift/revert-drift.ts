import { type DriftedField, PltfError } from '@pltf/contracts';
import type { JsonValue } from '@pltf/plan/render';
import { keyOf, nameOf, type PlacementSet } from '../apply/placement-set.ts';
import type { SealedObject } from '../apply/seal.ts';
import { findDrift } from './find-drift.ts';

export interface RevertChoice {
  /** `Deployment users-api`; all objects when absent. */
  readonly object?: string | undefined;
  /** `.spec.replicas`; the objects in which this field drifted when given. */
  readonly field?: string | undefined;
}

/**
 * Takes drifted fields back because a person asked for it: the object is applied once more, this time by force. All
 * drifted fields of an object go back together, since an apply says all of an object; what others added is taken out
 * where it is a member of a mapping. Answers what was taken back; nothing when nothing had drifted.
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
  const added = drift.filter(({ wanted }) => wanted === undefined);
  const removals = added.map(({ field }) => removalOf(field));
  const patches = removals.filter((patch) => patch !== undefined);
  const taken = await set.cluster.apply(object, { force: true, signal });
  if (!taken.ok)
    throw new PltfError('cluster-refused', { detail: `${nameOf(key)} could not be taken back` });
  set.cache.note(taken.object);
  for (const patch of patches) set.cache.note(await set.cluster.patch(key, patch, { signal }));
  return drift.filter(
    ({ wanted, field }) => wanted !== undefined || removalOf(field) !== undefined,
  );
}

/** Mappings whose keys are text of people, dots and slashes included. */
const mappings =
  /^((?:\.[A-Za-z]+)*\.(?:labels|annotations|data|binaryData|nodeSelector|matchLabels))\.(.+)$/;
const plainPath = /^(?:\.[A-Za-z]+)+$/;

/** The merge patch that takes one added field out; undefined for one in a list, which such a patch would replace. */
function removalOf(field: string): JsonValue | undefined {
  const [, above, key] = mappings.exec(field) ?? [];
  const names = above !== undefined && key !== undefined ? [...namesIn(above), key] : undefined;
  const path = names ?? (plainPath.test(field) ? namesIn(field) : undefined);
  return path?.reduceRight<JsonValue>((inner, name) => ({ [name]: inner }), null);
}

const namesIn = (path: string): readonly string[] => path.split('.').slice(1);
