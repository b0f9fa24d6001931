import type { Db } from '../../../persistence/transaction.ts';
import type { JournalCursor } from './journal-follower.ts';

const name = 'agent-journal';

/** How far the agent's journal has been taken in; kept in the database, so that it survives every restart. */
export function postgresJournalCursor(db: Db): JournalCursor {
  return {
    read: async () => {
      const row = await db
        .selectFrom('cursors')
        .select('seq')
        .where('name', '=', name)
        .executeTakeFirst();
      return row?.seq ?? 0;
    },
    write: async (seq) => {
      await db
        .insertInto('cursors')
        .values({ name, seq })
        .onConflict((conflict) => conflict.column('name').doUpdateSet({ seq }))
        .execute();
    },
  };
}
