import { createClient, PltfError } from '@pltf/contracts';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startTestApp, type TestApp } from '../../http/testing/test-app.ts';
import { createTestDatabase } from '../../persistence/test-database.ts';
import { postgresCatalogQueries } from '../catalog/index.ts';
import { addRunning } from '../platform/testing/running.ts';
import { postgresRuntimeQueries } from '../runtime/index.ts';
import { memoryRuntime } from '../runtime/testing/memory-runtime.ts';
import { keptRoutes } from './kept-routes.ts';

const params = { placement: 'shop.prod' };
const item = { what: 'volume volume-shop', because: 'no release wants it' };
const pruned: (readonly string[])[] = [];
const driver = {
  ...memoryRuntime().driver,
  kept: () => Promise.resolve([item]),
  prune: (_placement: string, confirmed: readonly string[]) => {
    if (!confirmed.includes(item.what))
      return Promise.reject(new PltfError('not-found', { detail: 'nothing waits' }));
    pruned.push(confirmed);
    return Promise.resolve(['volume volume-shop-0']);
  },
};

let app: TestApp;
const as = async (teams: readonly string[], name: string) => {
  const { token } = await app.person(name, { teams: [...teams] });
  return createClient({ url: app.url, token });
};

beforeAll(async () => {
  const database = await createTestDatabase();
  const { db } = database;
  app = await startTestApp({
    database,
    handlers: keptRoutes({
      ...{ db, catalog: postgresCatalogQueries(db), queries: postgresRuntimeQueries(db) },
      runtimes: { of: () => Promise.resolve(driver) },
    }),
  });
  await addRunning(db, 'shop', 'prod', 'small');
});
afterAll(() => app[Symbol.asyncDispose]());

test('what is kept is listed, and goes by name; who did it and why is an event', async () => {
  const ana = await as(['team-a'], 'ana');

  const { items } = await ana.listKept({ params });
  const body = { confirm: [item.what], why: 'moved to a database' };
  const answer = await ana.prune({ params, body });

  expect(items).toEqual([item]);
  expect(answer).toEqual({ gone: ['volume volume-shop-0'] });
  const event = await app.db
    .selectFrom('events')
    .select(['actor', 'why', 'summary'])
    .where('type', '=', 'object-pruned')
    .executeTakeFirst();
  expect(event).toEqual({
    ...{ actor: 'ana', why: 'moved to a database' },
    summary: 'Deleted for good: volume volume-shop',
  });
  const woken = await app.db.selectFrom('work').select(['reconciler', 'key']).execute();
  expect(woken).toContainEqual({ reconciler: 'placement', key: 'shop.prod' });
});

test('nobody deletes what is not named, what is not kept, or what is not theirs', async () => {
  const before = pruned.length;
  const [ben, eva] = [await as(['team-a'], 'ben'), await as([], 'eva')];

  const confirmed = (client: typeof ben, confirm: string[]) =>
    client.prune({ params, body: { confirm } });

  await expect(confirmed(ben, [])).rejects.toThrow(PltfError);
  await expect(confirmed(ben, ['Namespace shop--prod'])).rejects.toMatchObject({
    code: 'not-found',
  });
  await expect(confirmed(eva, [item.what])).rejects.toMatchObject({ code: 'forbidden' });
  expect(pruned).toHaveLength(before);
});
