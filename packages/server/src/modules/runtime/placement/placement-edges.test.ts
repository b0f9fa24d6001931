import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../../../persistence/test-database.ts';
import { transact } from '../../../persistence/transaction.ts';
import { addComponent } from '../../catalog/testing/components.ts';
import { postgresRuntimeQueries } from '../runtime-queries.ts';
import { postgresRuntimeStore } from '../runtime-store.postgres.ts';
import type { Placement } from './placement.ts';
import { keepEdges } from './placement-edges.ts';

let database: TestDatabase;
const store = postgresRuntimeStore();

beforeAll(async () => {
  database = await createTestDatabase();
  for (const name of ['shop', 'payments', 'web']) await addComponent(database.db, name);
});
afterAll(() => database[Symbol.asyncDispose]());
beforeEach(async () => {
  const { db } = database;
  await db.deleteFrom('placements').execute();
  for (const component of ['shop', 'payments', 'web']) {
    await transact(db, (tx) =>
      store.create(tx, {
        ...{ id: `${component}.prod`, component, environment: 'prod', branch: undefined },
        ...{ hosts: [], release: 1, instances: 1, sized: undefined, expiresAt: undefined },
        platformVersion: 0,
      }),
    );
  }
  await db.deleteFrom('work').execute();
});

const keep = async (
  id: string,
  calls: readonly string[],
  port?: number,
  morePorts: Placement['morePorts'] = [],
) => {
  const queries = postgresRuntimeQueries(database.db);
  const placement = await queries.placement(id);
  return keepEdges({ db: database.db, store, queries }, placement, { calls, port, morePorts });
};
const woken = async () =>
  (await database.db.deleteFrom('work').returning('key').execute()).map(({ key }) => key).sort();

test('an edge that comes or goes wakes its other end, and nothing wakes nobody', async () => {
  await keep('shop.prod', ['payments.prod']);
  const first = await woken();
  await keep('shop.prod', ['payments.prod']);
  const again = await woken();
  await keep('shop.prod', ['web.prod']);

  expect(first).toEqual(['payments.prod']);
  expect(again).toEqual([]);
  expect(await woken()).toEqual(['payments.prod', 'web.prod']);
});

test('a callee knows its callers, and a caller the port; a new port wakes the callers', async () => {
  await keep('shop.prod', ['payments.prod']);
  await keep('web.prod', ['payments.prod']);
  await woken();

  const { callers } = await keep('payments.prod', [], 9000);

  expect(callers.map(({ id }) => id).toSorted()).toEqual(['shop.prod', 'web.prod']);
  expect(await woken()).toEqual(['shop.prod', 'web.prod']);
  expect((await keep('shop.prod', ['payments.prod'])).ports.get('payments.prod')).toBe(9000);
});

test('a caller knows all ports of whom it calls; a new one wakes the callers', async () => {
  const more = [{ port: 9000, protocol: 'UDP' as const }];
  await keep('shop.prod', ['payments.prod']);
  await keep('payments.prod', [], 8080);
  await woken();

  await keep('payments.prod', [], 8080, more);
  const first = await woken();
  await keep('payments.prod', [], 8080, more);
  const { morePorts } = await keep('shop.prod', ['payments.prod']);

  expect(first).toEqual(['shop.prod']);
  expect(await woken()).toEqual([]);
  expect(morePorts.get('payments.prod')).toEqual(more);
});
