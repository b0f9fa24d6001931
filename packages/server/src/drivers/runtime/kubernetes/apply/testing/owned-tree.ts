import type { JsonValue, KubernetesObject } from '@pltf/plan/render';

type Tree = Record<string, JsonValue>;

/** Lists that an API server keeps by keys, by the name of their field; others are kept as one. */
const keyed: Readonly<Record<string, readonly string[]>> = {
  containers: ['name'],
  env: ['name'],
  volumes: ['name'],
  volumeMounts: ['mountPath'],
  ports: ['port', 'protocol'],
};
const sets: ReadonlySet<string> = new Set(['finalizers']);

/** What an API server would say that the manager owns which has just applied this object. */
export function ownedTree(object: KubernetesObject): Tree {
  const { apiVersion: _version, kind: _kind, metadata, ...rest } = object;
  const { name: _name, namespace: _namespace, ...fields } = metadata;
  return { 'f:metadata': treeOf(fields), ...treeOf(rest) };
}

function treeOf(fields: Readonly<Record<string, JsonValue>>): Tree {
  const tree: Tree = {};
  for (const [field, value] of Object.entries(fields)) tree[`f:${field}`] = below(field, value);
  return tree;
}

function below(field: string, value: JsonValue): JsonValue {
  if (Array.isArray(value)) return listTree(field, value);
  if (typeof value === 'object' && value !== null) {
    const fields = value as Record<string, JsonValue>;
    return Object.keys(fields).length === 0 ? {} : treeOf(fields);
  }
  return {};
}

function listTree(field: string, items: readonly JsonValue[]): JsonValue {
  const tree: Tree = {};
  if (sets.has(field)) {
    for (const item of items) tree[`v:${JSON.stringify(item)}`] = {};
    return tree;
  }
  const keys = keyed[field];
  if (keys === undefined) return {};
  for (const item of items) {
    const fields = item as Record<string, JsonValue>;
    const own = 'containerPort' in fields ? ['containerPort', 'protocol'] : keys;
    const named = Object.fromEntries(own.map((key) => [key, fields[key] ?? 'TCP']));
    tree[`k:${JSON.stringify(named)}`] = { '.': {}, ...treeOf(fields) };
  }
  return tree;
}
