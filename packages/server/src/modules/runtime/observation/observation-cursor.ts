import type { Db } from '../../../persistence/transaction.ts';

/** How far a driver's reports have been taken in. */
export interface ObservationCursor {
  read(): Promise<number>;
  write(seq: number): Promise<void>;
}

/** Kept in the database, so that nothing is missed and nothing taken in twice over any restart. */
export function postgresObservationCursor(db: Db, name: string): ObservationCursor {
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
