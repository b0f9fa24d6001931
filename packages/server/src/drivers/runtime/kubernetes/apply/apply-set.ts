import { createHash } from 'node:crypto';
import type { Kind, ObjectKey } from '../../../cluster/cluster-api.ts';

/** The domain of ApplySets (KEP-3659) as kubectl ships it. */
const domain = 'applyset.kubernetes.io';

/** On every member: the id of the set that it belongs to. An object belongs to one set at most. */
export const partOfLabel = `${domain}/part-of`;
/** On the parent: the id of its set. */
export const idLabel = `${domain}/id`;
export const toolingAnnotation = `${domain}/tooling`;
export const kindsAnnotation = `${domain}/contains-group-kinds`;
export const namespacesAnnotation = `${domain}/additional-namespaces`;

/** The parent of a placement's set: one ConfigMap in its namespace, so that they come and go together. */
export const parentOf = (namespace: string): ObjectKey => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  namespace,
  name: 'pltf-inventory',
});

/** The group of an API version: empty for `v1`, `apps` for `apps/v1`. */
export function groupOf({ apiVersion }: Pick<Kind, 'apiVersion'>): string {
  const slash = apiVersion.indexOf('/');
  return slash < 0 ? '' : apiVersion.slice(0, slash);
}

/** The id that KEP-3659 computes from a set's parent: `applyset-<digest>-v1`. */
export function setIdOf(parent: ObjectKey): string {
  const text = [parent.name, parent.namespace ?? '', parent.kind, groupOf(parent)].join('.');
  return `applyset-${createHash('sha256').update(text).digest('base64url')}-v1`;
}

/** `ConfigMap,Deployment.apps,…`: sorted, each once. */
export function groupKinds(kinds: Iterable<Kind>): string {
  const names = new Set<string>();
  for (const kind of kinds) {
    const group = groupOf(kind);
    names.add(group === '' ? kind.kind : `${kind.kind}.${group}`);
  }
  return [...names].toSorted((a, b) => (a < b ? -1 : 1)).join(',');
}
