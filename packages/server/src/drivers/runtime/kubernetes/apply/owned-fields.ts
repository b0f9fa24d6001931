import type { JsonValue } from '@pltf/plan/render';

/** Fields as the API server keeps them for a manager: `{"f:spec": {"f:replicas": {}}}`. A leaf has no members. */
export type FieldTree = Readonly<Record<string, JsonValue>>;

/** The item of a list that the server keeps by keys, and one of a list that is a set. */
export type ListMember =
  | { readonly keys: Readonly<Record<string, JsonValue>> }
  | { readonly value: JsonValue };

/** One step of the way to a field: a name, or which member of a list. */
export type PathElement = string | ListMember;

/** The way to a field through an object, as its managed fields tell it. */
export type OwnedPath = readonly PathElement[];

/** The members of a tree; undefined where it is none. */
export function treeOf(value: JsonValue | undefined): FieldTree | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as FieldTree)
    : undefined;
}

/** Whether the whole value below is owned as one: a scalar, a list or a map that the server does not look into. */
export function isLeaf(tree: FieldTree): boolean {
  for (const key in tree) if (key !== '.') return false;
  return true;
}

/** What a key of a tree means; undefined for the mark of the thing itself, and for lists by position, which are rare. */
export function elementOf(key: string): PathElement | undefined {
  const text = key.slice(2);
  switch (key.slice(0, 2)) {
    case 'f:':
      return text;
    case 'k:': {
      const keys = treeOf(parsed(text));
      return keys === undefined ? undefined : { keys };
    }
    case 'v:': {
      const value = parsed(text);
      return value === undefined ? undefined : { value };
    }
    default:
      return undefined;
  }
}

/** A key that is no JSON is not of this server: nothing matches it, and the field counts as owned by nobody. */
function parsed(text: string): JsonValue | undefined {
  try {
    return JSON.parse(text) as JsonValue;
  } catch {
    return undefined;
  }
}

/** Every leaf of a tree, with the way to it; a thing that is owned itself and is empty is one. */
export function* leavesOf(tree: FieldTree, way: OwnedPath = []): Generator<OwnedPath> {
  for (const [key, below] of Object.entries(tree)) {
    const element = elementOf(key);
    const members = treeOf(below);
    if (element === undefined || members === undefined) continue;
    const path = [...way, element];
    if (isLeaf(members)) yield path;
    else yield* leavesOf(members, path);
  }
}

/** The value at a path of an object; undefined where there is none. */
export function valueAt(object: unknown, path: OwnedPath): JsonValue | undefined {
  let value: unknown = object;
  for (const element of path) {
    value = typeof element === 'string' ? memberOf(value, element) : itemOf(value, element);
    if (value === undefined) return undefined;
  }
  return value as JsonValue;
}

function memberOf(value: unknown, name: string): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
  return Object.hasOwn(value, name) ? (value as Record<string, unknown>)[name] : undefined;
}

function itemOf(value: unknown, member: ListMember): unknown {
  if (!Array.isArray(value)) return undefined;
  if ('value' in member) return value.find((item) => sameJson(item, member.value));
  const wanted = Object.entries(member.keys);
  const has = (item: unknown): boolean =>
    wanted.every(([key, expected]) => {
      const found = memberOf(item, key);
      return found !== undefined && sameJson(found, expected);
    });
  return value.find(has);
}

/** Whether two values are the same JSON; the order of members does not count. */
export function sameJson(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  if (Array.isArray(a) || Array.isArray(b)) {
    if (!Array.isArray(a) || !Array.isArray(b) || a.length !== b.length) return false;
    return a.every((item, index) => sameJson(item, b[index]));
  }
  const [first, second] = [a as Record<string, unknown>, b as Record<string, unknown>];
  const keys = Object.keys(first);
  if (keys.length !== Object.keys(second).length) return false;
  return keys.every((key) => Object.hasOwn(second, key) && sameJson(first[key], second[key]));
}

/** As the API server writes it: `.spec.template.spec.containers[name="web"].image`. */
export function fieldName(path: OwnedPath): string {
  let text = '';
  for (const element of path) {
    if (typeof element === 'string') text += `.${element}`;
    else if ('value' in element) text += `[=${JSON.stringify(element.value)}]`;
    else {
      const keys = Object.entries(element.keys).map(([key, v]) => `${key}=${JSON.stringify(v)}`);
      text += `[${keys.join(',')}]`;
    }
  }
  return text;
}
