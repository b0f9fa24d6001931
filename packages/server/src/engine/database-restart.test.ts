import { mkdtemp, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { PltfError } from '@pltf/contracts';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type RunningPostgres, startPostgres } from '../persistence/embedded.ts';
import { migrate } from '../persistence/migrate.ts';
import { transact } from '../persistence/transaction.ts';
import { startLoopServer, until } from './testing/loop-server.ts';

let folder: string;
let postgres: RunningPostgres;

const start = () =>
  startPostgres({ dataDirectory: folder, log: () => undefined, settings: { fsync: 'off' } });

beforeEach(async () => {
  folder = await mkdtemp(join(await realpath(tmpdir()), 'pltf-restart-'));
  postgres = await start();
});
afterEach(async () => {
  await postgres.stop();
  await rm(folder, { recursive: true, force: true });
});

test('Postgres killed and started again: what is asked fails clearly, keys are worked on, an interrupted one again', async () => {
  const passes: string[] = [];
  let interrupted = 0;
  await using server = await startLoopServer(postgres.url, [
    {
      name: 'test',
      concurrency: 2,
      reconcile: async (key, signal) => {
        passes.push(key);
        if (key === 'long' && passes.filter((one) => one === 'long').length === 1) {
          await sleep(60_000, undefined, { signal }).catch((error: unknown) => {
            interrupted += 1;
            throw error;
          });
        }
        return undefined;
      },
    },
  ]);
  await migrate(server.db);
  const first = server.session.number;
  await transact(server.db, async (tx) => tx.wake('test', 'long'));
  await until('the long one began', () => passes.length === 1);

  process.kill(postgres.pid, 'SIGKILL');
  await postgres.exited;
  await until('it was told', () => interrupted === 1);
  const refused = await transact(server.db, async (tx) => tx.wake('test', 'lost')).catch(
    (error: unknown) => error,
  );
  postgres = await start();
  await until('a new session', () => server.session.number !== undefined);
  await transact(server.db, async (tx) => tx.wake('test', 'after'));
  await until('both were worked', async () => {
    const rows = await server.db.selectFrom('work').select('key').execute();
    return rows.length === 0;
  });

  expect(refused).toBeInstanceOf(PltfError);
  expect((refused as PltfError).code).toBe('database-unavailable');
  expect(server.session.number).not.toBe(first);
  expect(passes.filter((key) => key === 'long')).toHaveLength(2);
  expect(passes).toContain('after');
  expect(passes).not.toContain('lost');
});
