import type { CatalogStore } from './catalog-store.ts';
import { toComponent } from './component-row.ts';

export function postgresCatalogStore(): CatalogStore {
  return {
    reserve: async (tx, component) => {
      const row = await tx.sql
        .insertInto('components')
        .values({
          name: component.name,
          kind: component.kind,
          owner: component.owner,
          description: component.description,
          path: component.path ?? null,
          state: 'creating',
          spec: null as never,
          created_by: component.createdBy,
          changed_at: new Date(),
        })
        .onConflict((conflict) => conflict.column('name').doNothing())
        .returning('name')
        .executeTakeFirst();
      return row !== undefined;
    },
    lock: async (tx, name) => {
      const row = await tx.sql
        .selectFrom('components')
        .selectAll()
        .where('name', '=', name)
        .forUpdate()
        .executeTakeFirst();
      return row === undefined ? undefined : toComponent(row);
    },
    setState: async (tx, name, state) => {
      await tx.sql
        .updateTable('components')
        .set({ state, changed_at: new Date() })
        .where('name', '=', name)
        .execute();
    },
    setSpec: async (tx, name, spec) => {
      await tx.sql
        .updateTable('components')
        .set({ spec: JSON.stringify(spec), description: spec.description, changed_at: new Date() })
        .where('name', '=', name)
        .execute();
    },
    touch: async (tx, name) => {
      await tx.sql
        .updateTable('components')
        .set({ changed_at: new Date() })
        .where('name', '=', name)
        .execute();
    },
    remove: async (tx, name) => {
      await tx.sql.deleteFrom('components').where('name', '=', name).execute();
    },
  };
}
