import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createClient } from '@pltf/contracts';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type RunningPostgres, startPostgres } from '../persistence/embedded.ts';
import { migrate } from '../persistence/migrate.ts';
import { openPool } from '../persistence/pool.ts';
import { startTestApp } from './testing/test-app.ts';

let folder: string;
let postgres: RunningPostgres;

const start = () => startPostgres({ dataDirectory: folder, log: () => undefined });

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'pltf-away-'));
  postgres = await start();
});
afterAll(async () => {
  await postgres.stop();
  await rm(folder, { recursive: true, force: true });
});

test('while PostgreSQL is killed requests fail clearly, and all goes on when it is back', async () => {
  const db = openPool({ url: postgres.url, size: 5, onError: () => undefined });
  await migrate(db);
  const database = { url: postgres.url, db, [Symbol.asyncDispose]: () => db.destroy() };
  await using app = await startTestApp({ database });
  const { headers, token } = await app.person('boss', { role: 'platform' });
  const client = createClient({ url: app.url, token });
  const away = new AbortController();
  const events = client
    .followEvents({ query: { after: 0 } }, { signal: away.signal })
    [Symbol.asyncIterator]();
  const until = async (summary: string): Promise<void> => {
    while ((await events.next()).value?.summary !== summary);
  };
  await until('The token "test" of boss was made');

  process.kill(postgres.pid, 'SIGKILL');
  await postgres.exited;
  const reading = await fetch(`${app.url}/api/v1/me`, { headers });
  const changing = await fetch(`${app.url}/api/v1/teams`, {
    method: 'POST',
    headers: { ...headers, 'content-type': 'application/json', 'idempotency-key': 'key-1' },
    body: JSON.stringify({ name: 'team-during' }),
  });

  for (const response of [reading, changing]) {
    expect(response.status).toBe(503);
    expect(response.headers.get('retry-after')).toBe('1');
    expect(await response.json()).toMatchObject({ code: 'database-unavailable', errors: [] });
  }

  postgres = await start();
  await expect
    .poll(
      () =>
        client.createTeam({ body: { name: 'team-during' } }, { idempotencyKey: 'key-1' }).then(
          ({ name }) => name,
          ({ code }: { code: string }) => code,
        ),
      { timeout: 10_000 },
    )
    .toBe('team-during');
  await until('The team team-during was added');
  away.abort();
});
