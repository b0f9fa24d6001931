import type { Connection } from './transaction.ts';

/** Eight hexadecimal digits: the same for all servers of one database, another for each installation. */
export async function installationId(db: Connection): Promise<string> {
  const { id } = await db.selectFrom('installation').select('id').executeTakeFirstOrThrow();
  return id;
}
