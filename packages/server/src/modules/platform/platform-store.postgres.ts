import { PlatformPlan } from '@pltf/contracts';
import { type Selectable, sql } from 'kysely';
import type { PlatformVersionTable } from '../../persistence/platform-tables.ts';
import type { Connection } from '../../persistence/transaction.ts';
import type { PlatformQueries, PlatformStore } from './platform-store.ts';
import type { PlatformVersion } from './platform-version.ts';

const platformLock = 7_350_010;

export function postgresPlatformStore(): PlatformStore {
  return {
    lock: async (tx) => {
      await sql`select pg_advisory_xact_lock(${platformLock})`.execute(tx.sql);
    },
    add: async (tx, version) => {
      const { commit, via } = version;
      if (commit === undefined || via === 'builtin' || via === 'operator') return;
      await tx.sql
        .insertInto('platform_versions')
        .values({
          number: version.number,
          digest: version.digest,
          files: JSON.stringify(version.files),
          author: version.author,
          via,
          why: version.why ?? null,
          reverts: version.reverts ?? null,
          plan: JSON.stringify(version.plan ?? {}),
          commit,
          parent: version.parent ?? null,
        })
        .execute();
    },
    setRefused: async (tx, refused) => {
      await tx.sql.deleteFrom('platform_refusals').execute();
      if (refused !== undefined)
        await tx.sql.insertInto('platform_refusals').values(refused).execute();
    },
  };
}

export function postgresPlatformQueries(db: Connection): PlatformQueries {
  const versions = (on: Connection) => on.selectFrom('platform_versions').selectAll();
  return {
    newest: async (on = db) => {
      const row = await versions(on).orderBy('number', 'desc').limit(1).executeTakeFirst();
      return row === undefined ? undefined : toVersion(row);
    },
    version: async (number) => {
      const row = await versions(db).where('number', '=', number).executeTakeFirst();
      return row === undefined ? undefined : toVersion(row);
    },
    versions: async (limit, before) => {
      let query = versions(db).orderBy('number', 'desc').limit(limit);
      if (before !== undefined) query = query.where('number', '<', before);
      return (await query.execute()).map(toVersion);
    },
    refused: async () =>
      db
        .selectFrom('platform_refusals')
        .select(['commit', 'by', 'reason', 'at'])
        .executeTakeFirst(),
  };
}

function toVersion(row: Selectable<PlatformVersionTable>): PlatformVersion {
  return {
    number: row.number,
    digest: row.digest,
    files: row.files,
    author: row.author,
    via: row.via,
    why: row.why ?? undefined,
    reverts: row.reverts ?? undefined,
    // One that an older version of this program wrote in another shape counts as not kept.
    plan: PlatformPlan.safeParse(row.plan).data,
    commit: row.commit,
    parent: row.parent ?? undefined,
    createdAt: row.created_at,
  };
}
