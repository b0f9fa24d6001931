import { PltfError } from '@pltf/contracts';
import { nearest } from '@pltf/plan';
import { sql } from 'kysely';
import type { Connection } from '../../persistence/transaction.ts';
import type { Component } from './component.ts';
import { toComponent } from './component-row.ts';

export interface CatalogFilter {
  readonly q?: string | undefined;
  readonly kind?: Component['kind'] | undefined;
  readonly owner?: string | undefined;
  /** Names after this one. */
  readonly after?: string | undefined;
  readonly limit: number;
}

export interface CatalogQueries {
  find(name: string): Promise<Component | undefined>;
  /** The component, or `not-found` with the nearest name that exists. */
  get(name: string): Promise<Component>;
  list(filter: CatalogFilter): Promise<readonly Component[]>;
  names(): Promise<readonly string[]>;
}

export function postgresCatalogQueries(db: Connection): CatalogQueries {
  const find = async (name: string) => {
    const row = await db
      .selectFrom('components')
      .selectAll()
      .where('name', '=', name)
      .executeTakeFirst();
    return row === undefined ? undefined : toComponent(row);
  };
  const names = async () => {
    const rows = await db.selectFrom('components').select('name').execute();
    return rows.map((row) => row.name);
  };
  return {
    find,
    names,
    get: async (name) => {
      const component = await find(name);
      if (component !== undefined) return component;
      const meant = nearest(name, await names());
      throw new PltfError('not-found', {
        detail: `there is no service named ${name}`,
        fix: meant === undefined ? 'Look for it with `pltf list`.' : `Did you mean ${meant}?`,
      });
    },
    list: async (filter) => {
      let query = db.selectFrom('components').selectAll().orderBy('name').limit(filter.limit);
      if (filter.after !== undefined) query = query.where('name', '>', filter.after);
      if (filter.kind !== undefined) query = query.where('kind', '=', filter.kind);
      if (filter.owner !== undefined) query = query.where('owner', '=', filter.owner);
      if (filter.q !== undefined && filter.q.trim() !== '') {
        const pattern = `%${filter.q
          .trim()
          .toLowerCase()
          .replace(/[\\%_]/g, '\\$&')}%`;
        query = query.where(
          sql<boolean>`(name || ' ' || lower(owner) || ' ' || lower(description) like ${pattern})`,
        );
      }
      return (await query.execute()).map(toComponent);
    },
  };
}
