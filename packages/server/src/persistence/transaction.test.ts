import { setTimeout as sleep } from 'node:timers/promises';
import { sql } from 'kysely';
import pg from 'pg';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createTestDatabase, type TestDatabase } from './test-database.ts';
import { channels, markingChanges, transact } from './transaction.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(async () => {
  await database[Symbol.asyncDispose]();
});
beforeEach(async () => {
  await database.db.deleteFrom('work').execute();
});

const event = (summary: string) => ({ type: 'platform-notice', actor: 'eve', summary }) as never;

const eventsAfter = (seq: number) =>
  database.db
    .selectFrom('events')
    .select(['seq', 'at', 'summary'])
    .where('seq', '>', seq)
    .orderBy('seq')
    .execute();

describe('events', () => {
  test('one who follows by number never misses one, however commits overlap', async () => {
    const { db } = database;
    const writers = 8;
    const each = 25;
    const seen: string[] = [];
    let position = 0;
    let writing = true;
    const follow = async (): Promise<void> => {
      for (;;) {
        const last = !writing;
        const rows = await eventsAfter(position);
        for (const row of rows) seen.push(row.summary);
        position = rows.at(-1)?.seq ?? position;
        if (last && rows.length === 0) return;
      }
    };
    const following = follow();

    await Promise.all(
      Array.from({ length: writers }, async (_, writer) => {
        for (let index = 0; index < each; index += 1) {
          await transact(db, async (tx) => {
            tx.tell(event(`${writer}/${index}/first`));
            tx.tell(event(`${writer}/${index}/second`));
            await sql`select pg_sleep(${Math.random() * 0.004})`.execute(tx.sql);
          });
        }
      }),
    );
    writing = false;
    await following;

    expect(seen).toHaveLength(writers * each * 2);
    expect(new Set(seen).size).toBe(seen.length);
    const one = seen.filter((summary) => summary.startsWith('3/'));
    expect(one).toEqual(
      Array.from({ length: each }, (_, index) => [`3/${index}/first`, `3/${index}/second`]).flat(),
    );
  });

  test('their times grow with their numbers', async () => {
    await Promise.all(
      Array.from({ length: 30 }, (_, index) =>
        transact(database.db, async (tx) => {
          await sleep(Math.random() * 5);
          tx.tell(event(`time ${index}`));
        }),
      ),
    );

    const rows = await eventsAfter(0);

    const times = rows.map(({ at }) => at.getTime());
    expect(times).toEqual(times.toSorted((a, b) => a - b));
  });

  test.each(['events', 'audit'] as const)('%s can be added to, and nothing else', async (table) => {
    await transact(database.db, async (tx) => {
      tx.tell(event('to stay'));
      await tx.sql
        .insertInto('audit')
        .values({
          actor: 'eve',
          via: 'session',
          action: 'x',
          target: 'y',
          outcome: 'done',
          address: '',
          request_id: 'r',
          why: null,
        })
        .execute();
    });
    const before = await sql`select count(*) from ${sql.table(table)}`.execute(database.db);

    for (const change of [
      sql`update ${sql.table(table)} set actor = 'mallory'`,
      sql`delete from ${sql.table(table)}`,
      sql`delete from ${sql.table(table)} where false`,
      sql`truncate ${sql.table(table)}`,
    ]) {
      await expect(change.execute(database.db)).rejects.toMatchObject({ code: '23001' });
    }

    expect(await sql`select count(*) from ${sql.table(table)}`.execute(database.db)).toEqual(
      before,
    );
  });

  test('what is told in a change that fails was never told', async () => {
    const last = (await eventsAfter(0)).at(-1)?.seq ?? 0;

    const failing = transact(database.db, async (tx) => {
      tx.tell(event('never'));
      tx.wake('test', 'never');
      throw new Error('no');
    });

    await expect(failing).rejects.toThrow('no');
    expect(await eventsAfter(last)).toEqual([]);
    expect(await database.db.selectFrom('work').selectAll().execute()).toEqual([]);
  });
});

describe('wake-ups', () => {
  test('the earliest of several for one key counts, and each leaves its trace', async () => {
    const soon = new Date(Date.now() + 10_000);
    const late = new Date(Date.now() + 60_000);
    await transact(database.db, async (tx) => {
      tx.wake('test', 'a', late);
      tx.wake('test', 'a', soon);
      tx.wake('test', 'b', soon);
      tx.wake('test', 'b');
      tx.wake('test', 'b', soon);
    });
    await transact(database.db, async (tx) => tx.wake('test', 'a', late));

    const rows = await database.db.selectFrom('work').selectAll().orderBy('key').execute();

    expect(rows.map(({ key }) => key)).toEqual(['a', 'b']);
    expect(rows[0]?.due_at).toEqual(soon);
    expect(rows[0]?.generation).toBe(2);
    expect(rows[1]?.due_at.getTime()).toBeLessThanOrEqual(Date.now());
  });

  test('two changes that wake the same keys in opposite order do not block each other', async () => {
    const keys = Array.from({ length: 60 }, (_, index) => `key-${index}`);
    const reconcilers = ['one', 'two', 'three', 'four'];
    const wakes = keys.flatMap((key) => reconcilers.map((reconciler) => ({ reconciler, key })));

    const worker = async (worker: number): Promise<void> => {
      for (let round = 0; round < 25; round += 1) {
        await transact(database.db, async (tx) => {
          const order = (worker + round) % 2 === 0 ? wakes : wakes.toReversed();
          for (const { reconciler, key } of order) tx.wake(reconciler, key);
          if (round % 3 === 0) tx.tell(event('beside'));
        });
      }
    };
    const workers = await Promise.allSettled(
      Array.from({ length: 8 }, (_, index) => worker(index)),
    );

    expect(workers.filter(({ status }) => status === 'rejected')).toEqual([]);
  });

  test('those who listen hear of work and events at the commit, not before', async () => {
    const client = new pg.Client({ connectionString: database.url });
    await client.connect();
    const heard: string[] = [];
    client.on('notification', ({ channel }) => void heard.push(channel));
    await client.query(`listen ${channels.work}`);
    await client.query(`listen ${channels.events}`);
    let before: readonly string[] = ['nothing looked'];

    await transact(database.db, async (tx) => {
      tx.wake('test', 'a');
      tx.tell(event('heard'));
      await sleep(20);
      before = [...heard];
    });
    await client.query('select 1');
    await client.end();

    expect(before).toEqual([]);
    expect(heard.toSorted()).toEqual([channels.events, channels.work]);
  });
});

describe('marks of a request', () => {
  test('are written with each change inside, and undo it when they fail', async () => {
    const { db } = database;
    const marks: number[] = [];
    await markingChanges(
      async () => void marks.push(1),
      async () => {
        await transact(db, async (tx) => tx.wake('test', 'a'));
        await transact(db, async (tx) => tx.wake('test', 'b'));
      },
    );

    const failing = markingChanges(
      () => Promise.reject(new Error('the request is gone')),
      () => transact(db, async (tx) => tx.wake('test', 'c')),
    );

    await expect(failing).rejects.toThrow('the request is gone');
    expect(marks).toHaveLength(2);
    const rows = await db.selectFrom('work').select('key').orderBy('key').execute();
    expect(rows.map(({ key }) => key)).toEqual(['a', 'b']);
  });
});
