import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { sql } from 'kysely';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../persistence/test-database.ts';
import { transact } from '../persistence/transaction.ts';
import { type Reconciler, TerminalError } from './reconciler.ts';
import { type LoopServer, startLoopServer, until } from './testing/loop-server.ts';
import type { WorkStore } from './work-store.ts';

let database: TestDatabase;
const servers: LoopServer[] = [];

beforeAll(async () => {
  database = await createTestDatabase();
});
afterEach(async () => {
  for (const server of servers.splice(0)) await server[Symbol.asyncDispose]();
  await database.db.deleteFrom('work').execute();
});
afterAll(async () => {
  await database[Symbol.asyncDispose]();
});

async function server(
  reconcilers: readonly Reconciler[],
  changeStore?: (store: WorkStore) => WorkStore,
): Promise<LoopServer> {
  const started = await startLoopServer(database.url, reconcilers, changeStore);
  servers.push(started);
  return started;
}

const wake = (...keys: readonly string[]): Promise<void> =>
  transact(database.db, async (tx) => {
    for (const key of keys) tx.wake('test', key);
  });

const left = async (): Promise<number> =>
  (await database.db.selectFrom('work').select('key').execute()).length;

const row = (key: string) =>
  database.db.selectFrom('work').selectAll().where('key', '=', key).executeTakeFirst();

/** One that does `pass` for every key. */
const reconciler = (pass: Reconciler['reconcile'], rest: Partial<Reconciler> = {}): Reconciler => ({
  name: 'test',
  concurrency: 4,
  reconcile: pass,
  ...rest,
});

describe('keys on several servers', () => {
  test('one key is never worked on twice at once, and each wake is worked', async () => {
    const now = new Map<string, number>();
    const passes = new Map<string, number>();
    let overlaps = 0;
    const pass = reconciler(async (key) => {
      now.set(key, (now.get(key) ?? 0) + 1);
      if (now.get(key) !== 1) overlaps += 1;
      await sleep(Math.random() * 5);
      passes.set(key, (passes.get(key) ?? 0) + 1);
      now.set(key, (now.get(key) ?? 0) - 1);
      return undefined;
    });
    for (let index = 0; index < 3; index += 1) await server([pass]);
    const keys = Array.from({ length: 10 }, (_, index) => `key-${index}`);

    for (let round = 0; round < 40; round += 1) {
      await Promise.all([wake(...keys), wake(...keys.toReversed())]);
      if (round % 7 === 0) await sleep(5);
    }
    await until('all settled', async () => (await left()) === 0);

    expect(overlaps).toBe(0);
    expect(passes.size).toBe(keys.length);
  });

  test('a claim never takes more than the room there is', async () => {
    let now = 0;
    let most = 0;
    const pass = reconciler(
      async () => {
        now += 1;
        most = Math.max(most, now);
        await sleep(2);
        now -= 1;
        return undefined;
      },
      { concurrency: 3 },
    );
    await wake(...Array.from({ length: 50 }, (_, index) => `key-${index}`));

    await server([pass]);
    await until('all settled', async () => (await left()) === 0);

    expect(most).toBe(3);
  });

  test('what is wanted again during its own pass is worked again, with what is there by then', async () => {
    const seen: number[] = [];
    let wanted = 1;
    let during: (() => Promise<void>) | undefined = async () => {
      wanted = 2;
      await wake('a');
    };
    await server([
      reconciler(async () => {
        seen.push(wanted);
        const act = during;
        during = undefined;
        await act?.();
        return undefined;
      }),
    ]);

    await wake('a');
    await until('settled', async () => seen.length > 1 && (await left()) === 0);

    expect(seen).toEqual([1, 2]);
  });

  test('a key looked at again later is due at its time, and at once when it is woken before', async () => {
    const at: number[] = [];
    await server([
      reconciler(async () => {
        at.push(Date.now());
        return at.length < 3
          ? { again: new Date(Date.now() + (at.length === 1 ? 60 : 60_000)) }
          : undefined;
      }),
    ]);

    await wake('a');
    await until('second look', () => at.length === 2);
    await wake('a');
    await until('settled', async () => (await left()) === 0);

    expect(at[1]! - at[0]!).toBeGreaterThanOrEqual(55);
    expect(at[1]! - at[0]!).toBeLessThan(1_000);
  });
});

describe('failures', () => {
  test('a failing key is tried again after growing waits and starves nobody', async () => {
    const tries: number[] = [];
    let healthy = 0;
    const { failures } = await server([
      reconciler(
        async (key) => {
          if (key !== 'broken') {
            healthy += 1;
            return undefined;
          }
          tries.push(Date.now());
          throw new Error('no such luck');
        },
        { concurrency: 1 },
      ),
    ]);

    await wake('broken');
    await until('first failure', () => tries.length > 0);
    for (let index = 0; index < 20; index += 1) await wake(`key-${index}`);
    await until('the healthy ones', () => healthy === 20, 1_000);
    await until('third try', () => tries.length >= 3);

    expect(tries[1]! - tries[0]!).toBeGreaterThanOrEqual(150);
    expect(tries[2]! - tries[1]!).toBeGreaterThanOrEqual(300);
    expect(failures.every(({ retryInMs }) => retryInMs !== undefined)).toBe(true);
    const waiting = await row('broken');
    expect(waiting?.attempts).toBeGreaterThanOrEqual(2);
    expect(waiting?.last_error).toBe('no such luck');
  });

  test('a terminal error is shown and not tried again', async () => {
    let tries = 0;
    const told: string[] = [];
    const { failures } = await server([
      reconciler(
        async () => {
          tries += 1;
          throw new TerminalError('the spec is wrong');
        },
        { giveUp: async (key, error) => void told.push(`${key}: ${error.message}`) },
      ),
    ]);

    await wake('a');
    await until('given up', async () => tries > 0 && (await left()) === 0);
    await sleep(300);

    expect(tries).toBe(1);
    expect(told).toEqual(['a: the spec is wrong']);
    expect(failures.map(({ retryInMs }) => retryInMs)).toEqual([undefined]);
  });

  test('giving up that fails is tried again with a wait, not in a circle', async () => {
    let tries = 0;
    await server([
      reconciler(
        async () => {
          tries += 1;
          throw new TerminalError('wrong');
        },
        {
          giveUp: async () => {
            if (tries < 3) throw new Error('cannot write it down');
          },
        },
      ),
    ]);

    await wake('a');
    const began = Date.now();
    await until('given up', async () => tries > 0 && (await left()) === 0);

    expect(tries).toBe(3);
    expect(Date.now() - began).toBeGreaterThan(400);
  });

  test('a key that wakes itself and fails does not spin', async () => {
    let tries = 0;
    await server([
      reconciler(async (key) => {
        tries += 1;
        await wake(key);
        throw new Error('again');
      }),
    ]);

    await wake('a');
    await sleep(900);

    expect(tries).toBeGreaterThan(1);
    expect(tries).toBeLessThan(8);
  });

  test('an end that could not be written down is made up for soon', async () => {
    let broken = true;
    let passes = 0;
    await server(
      [
        reconciler(async () => {
          passes += 1;
          return undefined;
        }),
      ],
      (store) => ({
        ...store,
        settle: async (claim) => {
          if (broken) throw new Error('connection lost');
          await store.settle(claim);
        },
        retry: async (claim, inMs, failure) => {
          if (broken) throw new Error('connection lost');
          await store.retry(claim, inMs, failure);
        },
      }),
    );

    await wake('a');
    await until('first pass', () => passes > 0);
    await sleep(50);
    const meanwhile = passes;
    broken = false;
    await until('settled', async () => (await left()) === 0, 2_000);

    expect(meanwhile).toBe(1);
    expect(passes).toBe(2);
  });
});

describe('quiet', () => {
  test('a full reconciler with more keys waiting does not ask the database over and over', async () => {
    let asked = 0;
    let release: () => void = () => undefined;
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    await server(
      [
        reconciler(
          async () => {
            await held;
            return undefined;
          },
          { concurrency: 1 },
        ),
        { ...reconciler(async () => undefined), name: 'other' },
      ],
      (store) => ({
        ...store,
        claim: (...parts) => {
          asked += 1;
          return store.claim(...parts);
        },
      }),
    );

    await wake('a', 'b', 'c');
    await sleep(400);
    const during = asked;
    release();
    await until('all settled', async () => (await left()) === 0);

    expect(during).toBeLessThan(10);
  });
});

describe('death', () => {
  test('the claims of a session that Postgres ended are free at once, and its pass is told to stop', async () => {
    const began: string[] = [];
    const stopped: string[] = [];
    const hanging = (name: string): Reconciler =>
      reconciler(async (_key, signal) => {
        began.push(name);
        if (began.length > 1) return undefined;
        await sleep(60_000, undefined, { signal }).catch((error: unknown) => {
          stopped.push(name);
          throw error;
        });
        return undefined;
      });
    const first = await server([hanging('first')]);
    await wake('a');
    await until('the first has it', () => began.length === 1);
    const second = await server([hanging('second')]);
    await sleep(50);
    expect(began).toEqual(['first']);

    const ended = Date.now();
    await sql`select pg_terminate_backend(pid) from pg_locks
      where locktype = 'advisory' and objid::bigint = ${first.session.number}`.execute(database.db);
    await until('somebody took it up', () => began.length === 2);

    expect(Date.now() - ended).toBeLessThan(3_000);
    await until('settled', async () => (await left()) === 0);
    expect(stopped).toEqual(['first']);
    // Being interrupted is no failure of the key.
    expect([...first.failures, ...second.failures].filter(({ claim }) => claim.key !== '')).toEqual(
      [],
    );
  });

  test('a late end of a pass does not settle the key for the server that has it now', async () => {
    let finish: () => void = () => undefined;
    const slow = new Promise<void>((resolve) => {
      finish = resolve;
    });
    const first = await server([
      reconciler(async () => {
        await slow;
        return undefined;
      }),
    ]);
    await wake('a');
    await until('the first has it', async () => (await row('a'))?.claimed_by !== null);
    const deaf = await server([
      reconciler(async () => new Promise(() => undefined), { concurrency: 1 }),
    ]);
    await sql`select pg_terminate_backend(pid) from pg_locks
      where locktype = 'advisory' and objid::bigint = ${first.session.number}`.execute(database.db);
    await until(
      'the other has it',
      async () => (await row('a'))?.claimed_by === deaf.session.number,
    );

    finish();
    await sleep(100);

    expect((await row('a'))?.claimed_by).toBe(deaf.session.number);
    servers.splice(servers.indexOf(deaf), 1);
    await deaf.session[Symbol.asyncDispose]();
    await deaf.db.destroy();
  });

  test('a key in the hands of a SIGKILLed process is worked on by another', async () => {
    const script = new URL('./testing/hanging-server.ts', import.meta.url).pathname;
    const child = spawn(process.execPath, ['--import', 'tsx', script, database.url], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    await wake('a');
    const [line] = (await once(child.stdout, 'data')) as [Buffer];
    expect(line.toString()).toBe('began a\n');
    const worked: string[] = [];
    await server([
      reconciler(async (key) => {
        worked.push(key);
        return undefined;
      }),
    ]);
    await sleep(50);
    expect(worked).toEqual([]);

    child.kill('SIGKILL');
    await once(child, 'exit');
    await until('taken up', async () => worked.length > 0 && (await left()) === 0, 4_000);

    expect(worked).toEqual(['a']);
  });

  test('a server that stopped leaves no connection, no lock and no timer behind', async () => {
    const before = process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout').length;
    const stopping = await server([
      reconciler(async () => ({ again: new Date(Date.now() + 60_000) })),
    ]);
    const number = stopping.session.number ?? 0;
    await wake('a');
    await until('looked at', async () => ((await row('a'))?.due_at ?? new Date(0)) > new Date());

    servers.splice(servers.indexOf(stopping), 1);
    await stopping[Symbol.asyncDispose]();

    await until('the connections are gone', async () => {
      const others = await sql`select 1 from pg_stat_activity
        where datname = current_database() and application_name = 'pltf session'`.execute(
        database.db,
      );
      return others.rows.length === 0;
    });
    const locks =
      await sql`select 1 from pg_locks where locktype = 'advisory' and objid::bigint = ${number}`.execute(
        database.db,
      );
    expect(locks.rows).toEqual([]);
    const after = process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout').length;
    expect(after).toBeLessThanOrEqual(before);
  });

  test('a loop that stops waits for its passes, starts no more, and frees what it had', async () => {
    let passes = 0;
    let ended = 0;
    const first = await server([
      reconciler(async (_key, signal) => {
        passes += 1;
        try {
          await sleep(60_000, undefined, { signal });
        } finally {
          await sleep(20);
        }
        ended += 1;
        return undefined;
      }),
    ]);
    await wake('a');
    await until('begun', () => passes === 1);

    await Promise.all([wake('b', 'c'), first.loop[Symbol.asyncDispose]()]);
    await sleep(50);

    const begun = passes;
    await sleep(50);
    expect(passes).toBe(begun);
    expect(ended).toBe(0);
    const rows = await database.db
      .selectFrom('work')
      .select(['claimed_by', 'attempts', 'last_error'])
      .execute();
    expect(rows).toHaveLength(3);
    expect(rows.every((one) => one.claimed_by === null && one.attempts === 0)).toBe(true);
    expect(first.failures).toEqual([]);
  });
});
