import { isDeepStrictEqual } from 'node:util';
import type { JsonObject, JsonValue } from '@pltf/plan/render';
import {
  isAtomicMap,
  isSet,
  itemKey,
  keysOf,
  type Place,
  placeOf,
  rootPlace,
} from './list-schema.ts';

/** Fields by their path; segments as managed fields write them, joined by line breaks, which no segment has. */
export type FieldSet = ReadonlySet<string>;

export const isMap = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** A text as it is; nothing for all else. */
export const textIn = (value: unknown): string => (typeof value === 'string' ? value : '');

const below = (path: string, segment: string): string =>
  path === '' ? segment : `${path}\n${segment}`;

/** Fields of the server, and what tells an object from others: nobody owns these. */
const unowned = new Set([
  'f:apiVersion',
  'f:kind',
  ...['name', 'namespace', 'uid', 'resourceVersion', 'generation', 'managedFields'].map(
    (field) => `f:metadata\nf:${field}`,
  ),
  'f:metadata\nf:creationTimestamp',
  'f:metadata\nf:deletionTimestamp',
]);

/** Each field of an object that somebody can own, with its value. */
export function fieldsOf(object: JsonObject): ReadonlyMap<string, JsonValue> {
  const found = new Map<string, JsonValue>();
  collect(object, '', rootPlace(textIn(object['kind'])), found);
  return found;
}

function collect(
  value: JsonValue,
  path: string,
  place: Place,
  found: Map<string, JsonValue>,
): void {
  if (unowned.has(path)) return;
  if (isMap(value) && !isAtomicMap(place)) {
    const entries = Object.entries(value);
    if (entries.length === 0 && path !== '') found.set(path, value);
    for (const [field, inner] of entries) {
      collect(inner, below(path, `f:${field}`), placeOf(place, field), found);
    }
    return;
  }
  const keys = keysOf(place);
  if (Array.isArray(value) && value.length > 0) {
    if (isSet(place)) {
      for (const item of value) found.set(below(path, `v:${JSON.stringify(item)}`), item);
      return;
    }
    if (keys !== undefined) {
      for (const item of value as readonly JsonValue[]) {
        const itemPath = below(path, itemKey(item, keys));
        found.set(itemPath, true);
        collect(item, itemPath, { ...place, field: place.field }, found);
      }
      return;
    }
  }
  found.set(path, value);
}

/** What differs from one object to the next: fields with another value or new ones, and fields that are gone. */
export function changesBetween(
  from: JsonObject,
  to: JsonObject,
): { readonly changed: FieldSet; readonly removed: FieldSet } {
  const before = fieldsOf(from);
  const after = fieldsOf(to);
  const changed = new Set<string>();
  for (const [path, value] of after) {
    if (!before.has(path) || !isDeepStrictEqual(before.get(path), value)) changed.add(path);
  }
  return { changed, removed: new Set([...before.keys()].filter((path) => !after.has(path))) };
}

/** As an API server stores it. */
export function toFieldsV1(fields: FieldSet): JsonObject {
  const root: Record<string, unknown> = {};
  for (const path of [...fields].sort()) {
    let node = root;
    for (const segment of path.split('\n')) {
      node = (node[segment] ??= {}) as Record<string, unknown>;
    }
    if (path.slice(path.lastIndexOf('\n') + 1).startsWith('k:')) node['.'] = {};
  }
  return root as JsonObject;
}

export function fromFieldsV1(tree: JsonValue | undefined): FieldSet {
  const found = new Set<string>();
  const visit = (node: JsonObject, path: string): void => {
    const entries = Object.entries(node);
    if (entries.length === 0) found.add(path);
    for (const [segment, inner] of entries) {
      if (segment === '.') found.add(path);
      else visit(inner as JsonObject, below(path, segment));
    }
  };
  if (isMap(tree) && Object.keys(tree).length > 0) visit(tree, '');
  return found;
}

/** As an API server names a field in a conflict: `.spec.template.spec.containers[name="web"].image`. */
export function describeField(path: string): string {
  return path
    .split('\n')
    .map((segment) => {
      const rest = segment.slice(2);
      if (segment.startsWith('f:')) return `.${rest}`;
      if (segment.startsWith('v:')) return `[=${rest}]`;
      const keys = Object.entries(JSON.parse(rest) as Record<string, unknown>);
      return `[${keys.map(([key, value]) => `${key}=${JSON.stringify(value)}`).join(',')}]`;
    })
    .join('');
}
