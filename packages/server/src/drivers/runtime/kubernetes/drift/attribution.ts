import type { DriftedField } from '@pltf/contracts';
import type { JsonValue } from '@pltf/plan/render';
import type { FieldConflict, LiveObject, ManagedFields } from '../../../cluster/cluster-api.ts';
import {
  elementOf,
  type FieldTree,
  fieldName,
  isLeaf,
  leavesOf,
  type OwnedPath,
  type PathElement,
  sameJson,
  treeOf,
  valueAt,
} from '../apply/owned-fields.ts';
import { keyOf, nameOf } from '../apply/placement-set.ts';
import type { SealedObject } from '../apply/seal.ts';

/** Under this name all installations apply. */
export const ownManager = 'pltf';
/** For a field that was taken away: then nobody owns it, and the API server does not say who it was. */
export const nobody = 'unknown';

/** Values are shown to people and kept in a database: a whole ConfigMap need not be. */
const longestValue = 2_000;

export interface Owner {
  readonly manager: string;
  readonly since: string | undefined;
}

export const isOwn = ({ manager, operation, subresource }: ManagedFields): boolean =>
  manager === ownManager && operation === 'Apply' && subresource === undefined;

/** Our own fields of an object; undefined when we never applied it. */
export const ownTree = ({ metadata }: LiveObject): FieldTree | undefined =>
  treeOf(metadata.managedFields?.find(isOwn)?.fieldsV1);

/** Who else owns a field: itself, all of what it is in, or something in it. The one who wrote last, if there are more. */
export function ownerOf(live: LiveObject, path: OwnedPath): Owner | undefined {
  const owners = (live.metadata.managedFields ?? [])
    .filter((entry) => !isOwn(entry) && owns(treeOf(entry.fieldsV1), path))
    .toSorted((a, b) => (b.time ?? '').localeCompare(a.time ?? ''));
  const [last] = owners;
  return last && { manager: last.manager, since: last.time };
}

function owns(tree: FieldTree | undefined, path: OwnedPath): boolean {
  let at = tree;
  for (const element of path) {
    if (at === undefined) return false;
    if (isLeaf(at) && at !== tree) return true;
    at = below(at, element);
  }
  return at !== undefined;
}

function below(tree: FieldTree, element: PathElement): FieldTree | undefined {
  for (const [key, value] of Object.entries(tree)) {
    const found = elementOf(key);
    if (found !== undefined && sameJson(found, element)) return treeOf(value);
  }
  return undefined;
}

/** What a person is told of a value. */
export function shown(value: JsonValue | undefined): string | undefined {
  if (value === undefined) return undefined;
  const text = JSON.stringify(value);
  return text.length <= longestValue ? text : `${text.slice(0, longestValue)}…`;
}

/** One field that is not as it was rendered, with who has it now. */
export function driftedField(
  object: SealedObject,
  path: OwnedPath,
  values: { readonly wanted: JsonValue | undefined; readonly live: JsonValue | undefined },
  owner: Owner | undefined,
): DriftedField {
  const wanted = shown(values.wanted);
  const live = shown(values.live);
  const since = owner?.since === undefined ? undefined : new Date(owner.since).toISOString();
  return {
    object: nameOf(keyOf(object)),
    field: fieldName(path),
    ...(wanted === undefined ? {} : { wanted }),
    ...(live === undefined ? {} : { live }),
    manager: owner?.manager ?? nobody,
    ...(since === undefined ? {} : { since }),
  };
}

/** The fields of a refused apply, each with its value and since when it is whose. */
export function conflictedFields(
  object: SealedObject,
  live: LiveObject | undefined,
  conflicts: readonly FieldConflict[],
): readonly DriftedField[] {
  return conflicts.map(({ field, manager }) => {
    const path = live && pathOf(live, field);
    if (live === undefined || path === undefined)
      return { object: nameOf(keyOf(object)), field, manager };
    const values = { wanted: valueAt(object, path), live: valueAt(live, path) };
    return { ...driftedField(object, path, values, ownerOf(live, path)), manager };
  });
}

/** A name like `.metadata.labels.app.kubernetes.io/name` has many readings: the fields that are owned say which it is. */
function pathOf(live: LiveObject, field: string): OwnedPath | undefined {
  for (const { fieldsV1 } of live.metadata.managedFields ?? []) {
    for (const path of leavesOf(treeOf(fieldsV1) ?? {})) if (fieldName(path) === field) return path;
  }
  return undefined;
}
