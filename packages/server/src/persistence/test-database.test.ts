import { sql } from 'kysely';
import { expect, test } from 'vitest';
import { createTestDatabase } from './test-database.ts';

test('a test database is migrated and empty', async () => {
  await using database = await createTestDatabase();

  const found = await database.db.selectFrom('users').selectAll().execute();

  expect(found).toEqual([]);
});

test('two test databases do not see each other', async () => {
  await using one = await createTestDatabase();
  await using other = await createTestDatabase();
  await one.db.insertInto('teams').values({ name: 'team-a', display_name: 'A' }).execute();

  const found = await other.db.selectFrom('teams').selectAll().execute();

  expect(found).toEqual([]);
});

test('a test database is gone when disposed', async () => {
  const database = await createTestDatabase();
  const name = (await sql<{ name: string }>`select current_database() as name`.execute(database.db))
    .rows[0]!.name;

  await database[Symbol.asyncDispose]();

  await using other = await createTestDatabase();
  const left = await sql`select 1 from pg_database where datname = ${name}`.execute(other.db);
  expect(left.rows).toEqual([]);
});
