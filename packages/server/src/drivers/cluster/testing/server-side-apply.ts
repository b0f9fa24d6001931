import { isDeepStrictEqual } from 'node:util';
import type { JsonObject, JsonValue } from '@pltf/plan/render';
import type { FieldConflict, ManagedFields, ObjectKey } from '../cluster-api.ts';
import {
  changesBetween,
  describeField,
  type FieldSet,
  fieldsOf,
  fromFieldsV1,
  isMap,
  textIn,
  toFieldsV1,
} from './field-set.ts';
import {
  isAtomicMap,
  isSet,
  itemKey,
  keysOf,
  type Place,
  placeOf,
  rootPlace,
} from './list-schema.ts';

export interface Owned {
  readonly object: JsonObject;
  readonly managedFields: readonly ManagedFields[];
}

/** An object of which there is nothing but its name. */
export const bare = (key: ObjectKey): Owned => ({
  object: {
    apiVersion: key.apiVersion,
    kind: key.kind,
    metadata: {
      name: key.name,
      ...(key.namespace === undefined ? {} : { namespace: key.namespace }),
    },
  },
  managedFields: [],
});

interface Author {
  readonly manager: string;
  readonly at: string;
}

/** Server-side apply, as Kubernetes defines it: merged, or refused because of fields that others own. */
export function applyFields(
  live: Owned,
  applied: JsonObject,
  author: Author & { readonly force: boolean },
): Owned | { readonly conflicts: readonly FieldConflict[] } {
  const wanted = fieldsOf(applied);
  const own = live.managedFields.find(
    (entry) => entry.manager === author.manager && entry.operation === 'Apply',
  );
  const others = live.managedFields.filter((entry) => entry !== own);
  const merged = merge(live.object, applied, rootPlace(textIn(applied['kind']))) as JsonObject;

  const { changed } = changesBetween(live.object, merged);
  const taken = new Set([...wanted.keys()].filter((path) => changed.has(path)));
  const conflicts = others.flatMap((entry) =>
    [...fromFieldsV1(entry.fieldsV1)]
      .filter((path) => taken.has(path))
      .map((path) => ({ field: describeField(path), manager: entry.manager })),
  );
  if (conflicts.length > 0 && !author.force) return { conflicts };

  const kept = others.flatMap((entry) => withFields(entry, minus(entry, taken), author.at));
  const heldByOthers = new Set(kept.flatMap((entry) => [...fromFieldsV1(entry.fieldsV1)]));
  const dropped = [...fromFieldsV1(own?.fieldsV1)].filter(
    (path) => !wanted.has(path) && !heldByOthers.has(path),
  );
  const object = without(merged, dropped, new Set([...heldByOthers, ...wanted.keys()]));
  const entry: ManagedFields = {
    manager: author.manager,
    operation: 'Apply',
    apiVersion: textIn(applied['apiVersion']),
    time: author.at,
    fieldsV1: toFieldsV1(new Set(wanted.keys())),
  };
  const same = own !== undefined && isDeepStrictEqual(own.fieldsV1, entry.fieldsV1);
  return { object, managedFields: [...kept, same ? own : entry] };
}

/** A write that is no apply: what it changes is taken from everybody else. */
export function updateFields(
  live: Owned,
  next: JsonObject,
  author: Author & { readonly subresource?: string | undefined },
): Owned {
  const { changed, removed } = changesBetween(live.object, next);
  const own = live.managedFields.find(
    (entry) =>
      entry.manager === author.manager &&
      entry.operation === 'Update' &&
      entry.subresource === author.subresource,
  );
  const gone = new Set([...changed, ...removed]);
  const kept = live.managedFields
    .filter((entry) => entry !== own)
    .flatMap((entry) => withFields(entry, minus(entry, gone), author.at));
  const fields = new Set(
    [...fromFieldsV1(own?.fieldsV1), ...changed].filter((path) => !removed.has(path)),
  );
  if (fields.size === 0) return { object: next, managedFields: kept };
  const entry: ManagedFields = {
    manager: author.manager,
    operation: 'Update',
    apiVersion: textIn(next['apiVersion']),
    time: author.at,
    fieldsV1: toFieldsV1(fields),
    ...(author.subresource === undefined ? {} : { subresource: author.subresource }),
  };
  const same = own !== undefined && isDeepStrictEqual(own.fieldsV1, entry.fieldsV1);
  return { object: next, managedFields: [...kept, same && changed.size === 0 ? own : entry] };
}

const minus = (entry: ManagedFields, gone: FieldSet): FieldSet =>
  new Set([...fromFieldsV1(entry.fieldsV1)].filter((path) => !gone.has(path)));

/** The entry itself when it keeps all its fields; nothing when it keeps none. */
function withFields(entry: ManagedFields, fields: FieldSet, at: string): readonly ManagedFields[] {
  if (fields.size === 0) return [];
  if (fields.size === fromFieldsV1(entry.fieldsV1).size) return [entry];
  return [{ ...entry, time: at, fieldsV1: toFieldsV1(fields) }];
}

function merge(live: JsonValue | undefined, applied: JsonValue, place: Place): JsonValue {
  if (isMap(applied) && isMap(live) && !isAtomicMap(place)) {
    const merged: Record<string, JsonValue> = { ...live };
    for (const [field, value] of Object.entries(applied)) {
      merged[field] = merge(live[field], value, placeOf(place, field));
    }
    return merged;
  }
  if (!Array.isArray(applied) || !Array.isArray(live)) return applied;
  if (isSet(place)) return [...new Set([...(live as JsonValue[]), ...(applied as JsonValue[])])];
  const keys = keysOf(place);
  if (keys === undefined) return applied;
  const items = live as readonly JsonValue[];
  const byKey = new Map(items.map((item) => [itemKey(item, keys), item]));
  const named = (applied as readonly JsonValue[]).map((item) => {
    const key = itemKey(item, keys);
    const before = byKey.get(key);
    byKey.delete(key);
    return merge(before, item, place);
  });
  return [...named, ...byKey.values()];
}

/** The object without these fields; what they leave empty goes too, unless somebody holds on to it. */
function without(object: JsonObject, dropped: readonly string[], held: FieldSet): JsonObject {
  const heldUnder = (path: string): boolean =>
    [...held].some((other) => other === path || other.startsWith(`${path}\n`));
  const root = structuredClone(object) as Record<string, unknown>;
  const place = rootPlace(textIn(object['kind']));
  // An item of a list goes before its fields: without its keys it would not be found any more.
  for (const path of [...dropped].sort((a, b) => a.split('\n').length - b.split('\n').length)) {
    if (!heldUnder(path)) removeAt(root, path.split('\n'), place);
  }
  return root as JsonObject;
}

/** Removes one field; answers whether its container is empty now. */
function removeAt(node: unknown, [segment, ...rest]: readonly string[], place: Place): boolean {
  if (segment === undefined || typeof node !== 'object' || node === null) return false;
  if (Array.isArray(node)) {
    const keys = keysOf(place) ?? [];
    const index = node.findIndex((item: JsonValue) =>
      segment.startsWith('v:')
        ? `v:${JSON.stringify(item)}` === segment
        : itemKey(item, keys) === segment,
    );
    if (index < 0) return false;
    if (rest.length === 0) node.splice(index, 1);
    else removeAt(node[index], rest, place);
    return node.length === 0;
  }
  const fields = node as Record<string, unknown>;
  const field = segment.slice(2);
  if (!Object.hasOwn(fields, field)) return false;
  if (rest.length === 0 || removeAt(fields[field], rest, placeOf(place, field)))
    delete fields[field];
  return Object.keys(fields).length === 0;
}
