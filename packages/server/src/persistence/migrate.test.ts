import { sql } from 'kysely';
import { expect, test } from 'vitest';
import { migrate } from './migrate.ts';
import { createTestDatabase } from './test-database.ts';

test('several servers that start at once migrate once', async () => {
  await using database = await createTestDatabase();
  await sql`drop schema public cascade`.execute(database.db);
  await sql`create schema public`.execute(database.db);

  const outcomes = await Promise.all(Array.from({ length: 4 }, () => migrate(database.db)));

  const done = outcomes.filter((names) => names.length > 0);
  expect(done).toHaveLength(1);
  expect(done[0]![0]).toBe('0001-the-main-job');
  expect(await migrate(database.db)).toEqual([]);
});

test('a migration that fails leaves the database as it was', async () => {
  await using database = await createTestDatabase();
  await sql`drop schema public cascade`.execute(database.db);
  await sql`create schema public`.execute(database.db);
  // In the way of the last of the first migration's tables.
  await sql`create view cursors as select 1 as one`.execute(database.db);

  await expect(migrate(database.db)).rejects.toThrow('cursors');

  const left = await sql<{
    count: number;
  }>`select count(*) as count from information_schema.tables where table_schema = 'public' and table_type = 'BASE TABLE'`.execute(
    database.db,
  );
  expect(left.rows[0]!.count).toBe(0);
});
