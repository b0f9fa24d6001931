import { PltfError } from '@pltf/contracts';
import { sql } from 'kysely';
import type { Connection } from '../../../persistence/transaction.ts';
import type { RolloutLedger } from './rollout-ledger.ts';
import { RolloutRecord } from './rollout-record.ts';

/** The ledger in PostgreSQL: one row a placement and runtime. */
export function postgresRolloutLedger(db: Connection): RolloutLedger {
  return {
    read: async (runtime, placement) => {
      const row = await db
        .selectFrom('rollout_ledger')
        .select(['record', 'version'])
        .where('runtime', '=', runtime)
        .where('placement', '=', placement)
        .executeTakeFirst();
      return row === undefined
        ? undefined
        : { record: RolloutRecord.parse(row.record), version: row.version };
    },
    write: async (record, over) => {
      const { placement, runtime } = record;
      const text = JSON.stringify(record);
      const version = over + 1;
      const written =
        over === 0
          ? await db
              .insertInto('rollout_ledger')
              .values({ placement, runtime, version, record: text })
              .onConflict((conflict) => conflict.doNothing())
              .returning('version')
              .executeTakeFirst()
          : await db
              .updateTable('rollout_ledger')
              .set({ version, record: text, updated_at: sql<Date>`now()` })
              .where('runtime', '=', runtime)
              .where('placement', '=', placement)
              .where('version', '=', over)
              .returning('version')
              .executeTakeFirst();
      if (written === undefined) {
        throw new PltfError('conflict', {
          detail: `another server works on ${placement}`,
          fix: 'Nothing: it is looked at again by itself.',
        });
      }
      return version;
    },
    remove: async (runtime, placement) => {
      await db
        .deleteFrom('rollout_ledger')
        .where('runtime', '=', runtime)
        .where('placement', '=', placement)
        .execute();
    },
    placements: async (runtime) => {
      const rows = await db
        .selectFrom('rollout_ledger')
        .select('placement')
        .where('runtime', '=', runtime)
        .execute();
      return rows.map(({ placement }) => placement);
    },
  };
}
