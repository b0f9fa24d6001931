import { sql } from 'kysely';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openPool } from './pool.ts';
import { createTestDatabase, type TestDatabase } from './test-database.ts';

let database: TestDatabase;

beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database[Symbol.asyncDispose]());

const unavailable = { code: 'database-unavailable' };

describe('the pool', () => {
  test('says in one way that the database cannot be reached', async () => {
    for (const url of [
      'postgresql://x:y@127.0.0.1:1/none',
      'postgresql://x:y@/none?host=/nonexistent',
      database.url.replace(/:[^:@/]+@/, ':wrong@'),
      database.url.replace(/test_\w+/, 'no_such_database'),
    ]) {
      const pool = openPool({ url, size: 1, onError: () => undefined });
      await expect(sql`select 1`.execute(pool)).rejects.toMatchObject(unavailable);
      await pool.destroy();
    }
  });

  test('says the same when the connection is lost in the middle, and recovers', async () => {
    const pool = openPool({ url: database.url, size: 2, onError: () => undefined });
    const { rows } = await sql<{ pid: number }>`select pg_backend_pid() as pid`.execute(pool);
    const sleeping = sql`select pg_sleep(10)`.execute(pool);
    const lost = sleeping.then(
      () => 'nothing',
      (error: { readonly code: string }) => error.code,
    );
    await expect
      .poll(
        async () =>
          (await sql`select pg_terminate_backend(${rows[0]!.pid})`.execute(database.db)).rows
            .length,
      )
      .toBe(1);

    expect(['57P01', 'database-unavailable']).toContain(await lost);
    await expect
      .poll(async () => (await sql<{ one: number }>`select 1 as one`.execute(pool)).rows)
      .toEqual([{ one: 1 }]);
    await pool.destroy();
  });

  test('leaves what the database itself says as it is', async () => {
    const failure = sql`select * from nowhere`.execute(database.db);

    await expect(failure).rejects.toBeInstanceOf(pg.DatabaseError);
    await expect(failure).rejects.toMatchObject({ code: '42P01' });
  });

  test('reads whole numbers as numbers', async () => {
    const { rows } = await sql<{ big: number }>`select 9007199254740991::bigint as big`.execute(
      database.db,
    );

    expect(rows).toEqual([{ big: Number.MAX_SAFE_INTEGER }]);
  });
});
