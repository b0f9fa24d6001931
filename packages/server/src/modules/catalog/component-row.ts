import { Spec } from '@pltf/contracts';
import type { Selectable } from 'kysely';
import type { ComponentTable } from '../../persistence/schema.ts';
import type { Component } from './component.ts';

/** A row as the domain sees it; a spec written by an older version that no longer parses counts as absent. */
export function toComponent(row: Selectable<ComponentTable>): Component {
  const spec = row.spec === null ? undefined : Spec.safeParse(row.spec).data;
  return {
    name: row.name,
    kind: row.kind,
    owner: row.owner,
    description: row.description,
    path: row.path ?? undefined,
    state: row.state,
    spec,
    createdBy: row.created_by,
    createdAt: row.created_at,
    changedAt: row.changed_at,
  };
}
