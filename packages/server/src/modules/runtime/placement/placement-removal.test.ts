import { afterAll, beforeAll, expect, test } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../../../persistence/test-database.ts';
import { addRunning } from '../../platform/testing/running.ts';
import { observationIntake } from '../observation/observation-intake.ts';
import { postgresRuntimeQueries } from '../runtime-queries.ts';
import { postgresRuntimeStore } from '../runtime-store.postgres.ts';
import { memoryRuntime } from '../testing/memory-runtime.ts';
import { wantedPlacement } from '../testing/rollout-records.ts';
import { removeEverywhere } from './placement-removal.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database[Symbol.asyncDispose]());

test('a removal that waits stands in the books with what holds it, until it is gone', async () => {
  const { db } = database;
  const store = postgresRuntimeStore();
  const queries = postgresRuntimeQueries(db);
  const intake = observationIntake({ db, store, listener: { changed: () => Promise.resolve() } });
  const { driver } = memoryRuntime();
  await addRunning(db, 'shop', 'prod', 'small');
  const observed = await driver.apply(wantedPlacement({ component: 'shop', instances: 1 }));
  await intake.observed(observed);
  await db.updateTable('placements').set({ state: 'removing' }).execute();
  let holds = true;
  const held = {
    ...driver,
    remove: () => Promise.resolve(!holds),
    observe: () => Promise.resolve({ ...observed, leftovers: ['Ingress shop: held by x'] }),
  };
  const answering = () => Promise.resolve(held);
  const runtimes = {
    ...{ of: answering, named: answering, follow: () => () => undefined },
    ...{ lostSince: () => undefined, lostBecause: () => undefined },
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
  const removed = async () =>
    removeEverywhere(
      { db, store, intake, runtimes },
      await queries.placement('shop.prod'),
      new AbortController().signal,
    );

  expect(await removed()).toBe(false);
  expect((await queries.placement('shop.prod')).observed?.leftovers).toEqual([
    'Ingress shop: held by x',
  ]);

  holds = false;
  expect(await removed()).toBe(true);
  expect(await queries.findPlacement('shop.prod')).toBeUndefined();
});
