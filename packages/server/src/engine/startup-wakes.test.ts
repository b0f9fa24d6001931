import { afterAll, beforeAll, expect, test } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../persistence/test-database.ts';
import { wakeEverything } from './startup-wakes.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(async () => {
  await database[Symbol.asyncDispose]();
});

test('a start looks at all that may have changed, and brings forward what waits', async () => {
  const { db } = database;
  await db.insertInto('teams').values({ name: 'team-a', display_name: 'A' }).execute();
  const component = {
    kind: 'service',
    owner: 'team-a',
    description: '',
    path: null,
    spec: null as never,
    created_by: 'eve',
    changed_at: new Date(),
  } as const;
  await db
    .insertInto('components')
    .values([
      { ...component, name: 'shop', state: 'ready' },
      { ...component, name: 'going', state: 'deleting' },
    ])
    .execute();
  const run = {
    component: 'shop',
    branch: 'main',
    commit: 'c',
    subject: 's',
    author: 'a',
    actor: 'eve',
    machine: null as never,
    view: '{}',
  } as const;
  await db
    .insertInto('runs')
    .values([
      { ...run, id: 'run_1', number: 1, state: 'passed' },
      { ...run, id: 'run_2', number: 2, state: 'running' },
    ])
    .execute();
  const later = new Date(Date.now() + 60_000);
  await db.insertInto('work').values({ reconciler: 'run', key: 'run_2', due_at: later }).execute();

  await wakeEverything(db);

  const work = await db
    .selectFrom('work')
    .select(['reconciler', 'key', 'due_at'])
    .orderBy('key')
    .execute();
  expect(work.map(({ reconciler, key }) => `${reconciler} ${key}`)).toEqual([
    'run run_2',
    'repository shop',
  ]);
  expect(work.every(({ due_at }) => due_at.getTime() < Date.now() + 1_000)).toBe(true);
});
