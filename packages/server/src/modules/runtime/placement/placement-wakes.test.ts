import { PlatformFile } from '@pltf/contracts';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../../../persistence/test-database.ts';
import { transact } from '../../../persistence/transaction.ts';
import { addComponent } from '../../catalog/testing/components.ts';
import { postgresRuntimeStore } from '../runtime-store.postgres.ts';
import {
  environmentsMoved,
  WakeGathering,
  wakeEnvironments,
  wakePlacements,
} from './placement-wakes.ts';

let database: TestDatabase;

beforeAll(async () => {
  database = await createTestDatabase();
  await addComponent(database.db, 'shop');
  for (const environment of ['prod', 'staging'])
    await transact(database.db, (tx) =>
      postgresRuntimeStore().create(tx, {
        ...{ id: `shop.${environment}`, component: 'shop', environment, branch: undefined },
        ...{ hosts: [], release: 1, instances: 1, sized: undefined, expiresAt: undefined },
        platformVersion: 0,
      }),
    );
});
afterAll(() => database[Symbol.asyncDispose]());
beforeEach(async () => {
  await database.db.deleteFrom('work').execute();
});

const due = () => database.db.selectFrom('work').select(['key', 'due_at']).orderBy('key').execute();

test('only placements are woken, and of an environment all of them', async () => {
  await wakePlacements(database.db, ['shop.prod', 'nobody.prod']);
  const some = await due();
  await wakeEnvironments(database.db, ['staging']);

  expect(some.map(({ key }) => key)).toEqual(['shop.prod']);
  expect((await due()).map(({ key }) => key)).toEqual(['shop.prod', 'shop.staging']);
});

test('a look at a time does not put off one that is due', async () => {
  const later = new Date(Date.now() + 60_000);
  await wakePlacements(database.db, ['shop.prod', 'shop.staging'], later);
  await wakePlacements(database.db, ['shop.prod']);
  await wakePlacements(database.db, ['shop.prod'], later);

  const [prod, staging] = await due();
  expect(prod?.due_at.getTime()).toBeLessThan(Date.now() + 1_000);
  expect(staging?.due_at).toEqual(later);
});

test('a burst of changes is one write, and nothing of it is lost while the database is away', async () => {
  const written: (readonly string[])[] = [];
  const errors: unknown[] = [];
  let away = true;
  const gathering = new WakeGathering(
    (ids) => (away ? Promise.reject(new Error('away')) : Promise.resolve(void written.push(ids))),
    (error) => errors.push(error),
  );

  for (const id of ['a', 'b', 'a', 'c']) gathering.add(id);
  await expect.poll(() => errors.length).toBe(1);
  away = false;
  gathering.add('d');
  await expect.poll(() => written.length).toBe(1);
  await gathering[Symbol.asyncDispose]();

  expect(written.map((ids) => [...ids].toSorted())).toEqual([['a', 'b', 'c', 'd']]);
});

describe('a change of the platform file concerns at once', () => {
  const fileWith = (prod: string, rule: object = {}) =>
    PlatformFile.parse({
      environments: [{ name: 'staging' }, { name: 'prod', runtime: prod }],
      runtimes: {
        agent: { driver: 'agent' },
        east: { driver: 'kubernetes', context: 'east', ...rule },
      },
    });

  test('environments that move, and those whose runtime is another now', () => {
    expect(environmentsMoved(fileWith('agent'), fileWith('east'))).toEqual(['prod']);
    expect(environmentsMoved(fileWith('east'), fileWith('east', { zones: 3 }))).toEqual(['prod']);
    expect(environmentsMoved(fileWith('agent'), fileWith('agent', { zones: 3 }))).toEqual([]);
  });
});
