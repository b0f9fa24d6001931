import { sql } from 'kysely';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { advisoryLocks } from './advisory-locks.ts';
import { createTestDatabase, type TestDatabase } from './test-database.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(async () => {
  await database[Symbol.asyncDispose]();
});

test('a named lock is held by one at a time, and another name by another', async () => {
  const locks = advisoryLocks(database.url, 100);
  const held = await locks.named('state.git').acquire();

  const second = await locks.named('state.git').acquire();
  await using other = await locks.named('other.git').acquire();
  await held?.[Symbol.asyncDispose]();
  await using third = await locks.named('state.git').acquire();

  expect(held).toBeDefined();
  expect(second).toBeUndefined();
  expect(other).toBeDefined();
  expect(third).toBeDefined();
});

test('who waits gets it the moment its holder is dead', async () => {
  const locks = advisoryLocks(database.url, 10_000);
  const held = await locks.named('state.git').acquire();
  const waiting = locks.named('state.git').acquire();

  await sql`select pg_terminate_backend(pid) from pg_locks
    where locktype = 'advisory' and granted and classid = 7350005
      and database = (select oid from pg_database where datname = current_database())`.execute(
    database.db,
  );
  await using next = await waiting;

  expect(next).toBeDefined();
  await held?.[Symbol.asyncDispose]();
});
