import type { JsonValue, KubernetesObject } from '@pltf/plan/render';
import {
  elementOf,
  type FieldTree,
  isLeaf,
  type ListMember,
  sameJson,
  treeOf,
} from './owned-fields.ts';

/** What names an object stands in no manager's fields. */
const identity: ReadonlySet<string> = new Set(['name', 'namespace']);

/**
 * Whether every field of a rendered object is still ours, by our own entry of its managed fields. Who changes a field
 * takes it from us, and a field that is removed belongs to nobody: so an object that bears the digest of what we applied
 * and is covered is as we applied it, and no request is needed to know.
 */
export function covers(rendered: KubernetesObject, owned: JsonValue | undefined): boolean {
  const tree = treeOf(owned);
  if (tree === undefined) return false;
  for (const field in rendered) {
    if (field === 'apiVersion' || field === 'kind') continue;
    if (field === 'metadata') {
      if (!metadataCovered(rendered.metadata, tree)) return false;
    } else if (!fieldCovered(rendered[field], tree, field)) return false;
  }
  return true;
}

function metadataCovered(metadata: Readonly<Record<string, JsonValue>>, tree: FieldTree): boolean {
  const owned = treeOf(tree['f:metadata']) ?? {};
  for (const field in metadata) {
    if (!identity.has(field) && !fieldCovered(metadata[field], owned, field)) return false;
  }
  return true;
}

/** Joining two texts again and again for the same few fields is what a pass would do most. */
const keys = new Map<string, string>();
const mostKeys = 10_000;

function keyOf(field: string): string {
  const before = keys.get(field);
  if (before !== undefined) return before;
  const key = `f:${field}`;
  if (keys.size < mostKeys) keys.set(field, key);
  return key;
}

function fieldCovered(value: JsonValue | undefined, tree: FieldTree, field: string): boolean {
  const owned = treeOf(tree[keyOf(field)]);
  return owned !== undefined && valueCovered(value, owned);
}

function valueCovered(value: JsonValue | undefined, owned: FieldTree): boolean {
  if (isLeaf(owned) || typeof value !== 'object' || value === null) return true;
  if (Array.isArray(value)) return listCovered(value as readonly JsonValue[], owned);
  const fields = value as Readonly<Record<string, JsonValue>>;
  for (const field in fields) if (!fieldCovered(fields[field], owned, field)) return false;
  return true;
}

function listCovered(items: readonly JsonValue[], owned: FieldTree): boolean {
  const members = membersOf(owned);
  return items.every((item) => {
    const found = members.filter(({ member }) => isMember(item, member));
    // A key that the server filled in itself is not in what was rendered: then only one member may fit.
    return found.length === 1 && found.every(({ below }) => valueCovered(item, below));
  });
}

interface OwnedMember {
  readonly member: ListMember;
  readonly below: FieldTree;
}

/** Trees are one object for all that are equal: what was read from one is kept for as long as it is there. */
const known = new WeakMap<FieldTree, readonly OwnedMember[]>();

function membersOf(owned: FieldTree): readonly OwnedMember[] {
  const before = known.get(owned);
  if (before !== undefined) return before;
  const members: OwnedMember[] = [];
  for (const [key, value] of Object.entries(owned)) {
    const member = elementOf(key);
    const below = treeOf(value);
    if (member !== undefined && typeof member !== 'string' && below !== undefined)
      members.push({ member, below });
  }
  known.set(owned, members);
  return members;
}

function isMember(item: JsonValue, member: ListMember): boolean {
  if ('value' in member) return sameJson(item, member.value);
  const fields = treeOf(item);
  if (fields === undefined) return false;
  return Object.entries(member.keys).every(
    ([key, value]) => fields[key] === undefined || sameJson(fields[key], value),
  );
}
