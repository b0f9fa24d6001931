import type { ReposStore } from './repos-store.ts';

export function postgresReposStore(): ReposStore {
  return {
    lockBranches: async (tx, component) => {
      const owner = await tx.sql
        .selectFrom('components')
        .select('state')
        .where('name', '=', component)
        .forUpdate()
        .executeTakeFirst();
      if (owner === undefined) return undefined;
      const rows = await tx.sql
        .selectFrom('branches')
        .select(['name', 'commit'])
        .where('component', '=', component)
        .execute();
      return new Map(rows.map((row) => [row.name, row.commit]));
    },
    recordMove: async (tx, component, { branch, after }) => {
      if (after === undefined) {
        await tx.sql
          .deleteFrom('branches')
          .where('component', '=', component)
          .where('name', '=', branch)
          .execute();
        return;
      }
      const row = { component, name: branch, commit: after, at: new Date() };
      await tx.sql
        .insertInto('branches')
        .values(row)
        .onConflict((conflict) =>
          conflict.columns(['component', 'name']).doUpdateSet({ commit: after, at: row.at }),
        )
        .execute();
    },
    recordPush: async (tx, push) => {
      await tx.sql
        .insertInto('pushes')
        .values({ ...push, before: push.before ?? null, after: push.after ?? null })
        .execute();
    },
  };
}
