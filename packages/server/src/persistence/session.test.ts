import { once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { sql } from 'kysely';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { until } from '../engine/testing/loop-server.ts';
import { isServerAlive, ServerSession } from './session.ts';
import { createTestDatabase, type TestDatabase } from './test-database.ts';
import { transact } from './transaction.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(async () => {
  await database[Symbol.asyncDispose]();
});

const newSession = (url = database.url): ServerSession =>
  new ServerSession({ url, onError: () => undefined });

async function lives(number: number): Promise<boolean> {
  const found = await sql<{
    alive: boolean;
  }>`select ${isServerAlive(sql`${number}::int`)} as alive`.execute(database.db);
  return found.rows[0]?.alive === true;
}

test('servers have numbers of their own, alive as long as their session', async () => {
  await using one = newSession();
  await using other = newSession();
  await one.open();
  await other.open();
  const number = one.number ?? 0;

  expect(one.number).not.toBe(other.number);
  expect(await lives(number)).toBe(true);
  await one[Symbol.asyncDispose]();
  await until('it is dead', async () => !(await lives(number)));

  expect(one.number).toBeUndefined();
  expect(await lives(other.number ?? 0)).toBe(true);
});

test('a number of another database lives there only', async () => {
  await using elsewhere = await createTestDatabase();
  await using session = newSession(elsewhere.url);
  await session.open();

  expect(await lives(session.number ?? 0)).toBe(false);
});

test('a session that Postgres ended comes back under another number and hears again', async () => {
  await using session = newSession();
  const news: string[] = [];
  session.on('up', () => void news.push('up'));
  session.on('down', () => void news.push('down'));
  session.on('work', () => void news.push('work'));
  await session.open();
  const first = session.number;

  await sql`select pg_terminate_backend(pid) from pg_stat_activity
    where application_name = 'pltf session' and datname = current_database()`.execute(database.db);
  await until('it is back', () => news.filter((one) => one === 'up').length === 2);
  await transact(database.db, async (tx) => tx.wake('test', 'a'));
  await until('it heard', () => news.includes('work'));

  expect(news.slice(0, 3)).toEqual(['up', 'down', 'up']);
  expect(session.number).not.toBe(first);
});

test('a database that is not there yet is waited for, and one that never answers ends with the session', async () => {
  const sockets: Socket[] = [];
  const silent: Server = createServer(
    (socket) => void sockets.push(socket.on('error', () => undefined)),
  );
  silent.listen(0, '127.0.0.1');
  await once(silent, 'listening');
  const { port } = silent.address() as { readonly port: number };
  const session = newSession(`postgres://nobody@127.0.0.1:${port}/none`);
  void session.open();
  await sleep(50);

  const began = Date.now();
  await session[Symbol.asyncDispose]();
  const took = Date.now() - began;
  for (const socket of sockets) socket.destroy();

  expect(took).toBeLessThan(3_000);
  expect(session.number).toBeUndefined();
  silent.close();
});
