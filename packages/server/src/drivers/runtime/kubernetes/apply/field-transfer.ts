import type { JsonObject, JsonValue } from '@pltf/plan/render';
import type { LiveObject, ManagedFields } from '../../../cluster/cluster-api.ts';
import { ownManager } from '../drift/attribution.ts';
import { type FieldTree, treeOf } from './owned-fields.ts';

const isApplied = ({ operation, subresource }: ManagedFields): boolean =>
  operation === 'Apply' && subresource === undefined;

/** Whether somebody of that name has applied fields of the object. */
export const hasApplied = ({ metadata }: LiveObject, manager: string): boolean =>
  (metadata.managedFields ?? []).some((entry) => entry.manager === manager && isApplied(entry));

/**
 * Who owns which fields, when all that one manager has applied is ours from now on: values stay as they are, and what
 * we do not ask for goes with our next apply. Fields of everybody else stay theirs. Pure.
 */
export function transferred(
  entries: readonly ManagedFields[],
  from: string,
): readonly ManagedFields[] {
  const isFrom = (entry: ManagedFields): boolean => entry.manager === from && isApplied(entry);
  return entries.filter(isFrom).reduce<readonly ManagedFields[]>(
    (kept, given) => withOurs(kept, { ...given, manager: ownManager }),
    entries.filter((entry) => !isFrom(entry)),
  );
}

/** An entry is one for each manager and version of an API. */
function withOurs(
  entries: readonly ManagedFields[],
  given: ManagedFields,
): readonly ManagedFields[] {
  const own = entries.find(
    (entry) =>
      entry.manager === ownManager && isApplied(entry) && entry.apiVersion === given.apiVersion,
  );
  if (own === undefined) return [...entries, given];
  const fieldsV1 = union(treeOf(own.fieldsV1) ?? {}, treeOf(given.fieldsV1) ?? {});
  return entries.map((entry) => (entry === own ? { ...own, fieldsV1 } : entry));
}

function union(one: FieldTree, other: FieldTree): JsonObject {
  const all: Record<string, JsonValue> = { ...one };
  for (const [field, below] of Object.entries(other)) {
    const [mine, theirs] = [treeOf(all[field]), treeOf(below)];
    all[field] = mine === undefined || theirs === undefined ? below : union(mine, theirs);
  }
  return all;
}

/** The entries of everybody but us: what we owned alone belongs to nobody then, and stays as it is. Pure. */
export const withoutOurs = (entries: readonly ManagedFields[]): readonly ManagedFields[] =>
  entries.filter(({ manager, subresource }) => manager !== ownManager || subresource !== undefined);
