import { type ObservedPlacement, PlatformFile } from '@pltf/contracts';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { PlatformHistory, PlatformSource } from '../../../kernel/platform-source.ts';
import { createTestDatabase, type TestDatabase } from '../../../persistence/test-database.ts';
import { transact } from '../../../persistence/transaction.ts';
import { addComponent } from '../../catalog/testing/components.ts';
import { lastTurnsOf, placementFacts } from '../placement/placement-facts.ts';
import { postgresRuntimeQueries } from '../runtime-queries.ts';
import { runtimeService } from '../runtime-service.ts';
import { postgresRuntimeStore } from '../runtime-store.postgres.ts';
import { placementView } from '../runtime-views.ts';
import { memoryRuntime } from '../testing/memory-runtime.ts';
import { source } from '../testing/placements.ts';
import { createScheduleReconciler } from './schedule-reconciler.ts';

let database: TestDatabase;
let now: Date;
let schedule: string | undefined;
let schedules: true | undefined;
const file = PlatformFile.parse({});
const platform: PlatformSource & PlatformHistory = {
  at: () => Promise.resolve(undefined),
  current: () => file,
  snapshot: () => ({ version: 1, digest: '', file, guardrails: new Map() }),
  subscribe: () => () => undefined,
};
const store = postgresRuntimeStore();
const clock = { now: () => now };
const waves = { stayingWith: () => Promise.resolve(undefined) };
const service = runtimeService({ store, platform, waves, clock });
const queries = () => postgresRuntimeQueries(database.db);
const id = 'report.prod';
const at = (text: string) => new Date(`2036-11-21T${text}Z`);

beforeAll(async () => {
  database = await createTestDatabase();
  await addComponent(database.db, 'report');
});
afterAll(() => database[Symbol.asyncDispose]());
beforeEach(async () => {
  for (const table of ['tasks', 'rollouts', 'placements'] as const)
    await database.db.deleteFrom(table).execute();
  schedule = '0 3 * * *';
  schedules = undefined;
  now = at('02:00:00');
  await transact(database.db, (tx) =>
    service.place(tx, {
      ...{ component: 'report', environment: 'prod', branch: undefined, release: 2 },
      ...{ instances: { minimum: 1, maximum: 1 }, routes: [], serves: false, size: undefined },
      ...{ expiresAt: undefined, kind: 'deploy', actor: 'eve', why: undefined },
    }),
  );
  const { driver } = memoryRuntime();
  const desired = { id, revision: 1, release: source.release, state: 'running' };
  const observed = await driver.apply({ desired } as Parameters<typeof driver.apply>[0]);
  const seen = { observed: JSON.stringify(observed) };
  await database.db.updateTable('placements').set(seen).execute();
});

const pass = () =>
  createScheduleReconciler({
    ...{ db: database.db, queries: queries(), service, clock },
    runtimes: {
      of: () =>
        Promise.resolve({
          ...memoryRuntime().driver,
          ...(schedules === undefined ? {} : { schedules }),
        }),
    },
    releases: {
      toPlace: () =>
        Promise.resolve({
          ...source,
          spec: { ...source.spec, ...(schedule === undefined ? {} : { schedule }) },
        }),
    },
  }).reconcile(id, new AbortController().signal);
const turns = () => database.db.selectFrom('tasks').select(['due', 'command', 'state']).execute();

describe('a job on a schedule, where the runtime does not start it', () => {
  test('runs its own program at its time, once, whoever looks and how often', async () => {
    const before = await pass();
    now = at('03:00:01');
    await pass();
    const after = await pass();

    expect(before).toEqual({ again: at('03:00:00') });
    expect(await turns()).toEqual([{ due: at('03:00:00'), command: [], state: 'running' }]);
    expect(after).toEqual({ again: new Date('2036-11-22T03:00:00Z') });
  });

  test('has no second turn while the one before still runs', async () => {
    schedule = '* * * * *';
    now = at('03:00:01');
    await pass();
    now = at('03:01:01');
    await pass();
    expect(await turns()).toHaveLength(1);

    await database.db.updateTable('tasks').set({ state: 'passed' }).execute();
    await pass();

    expect((await turns()).map(({ due }) => due)).toEqual([at('03:00:00'), at('03:01:00')]);
  });

  test('does not run while it is stopped, and not where its runtime does it', async () => {
    now = at('03:00:01');
    schedules = true;
    expect(await pass()).toBeUndefined();
    schedules = undefined;
    await transact(database.db, (tx) =>
      service.change(tx, id, { kind: 'stop', runState: 'stopped', actor: 'eve', why: undefined }),
    );

    expect(await pass()).toBeUndefined();
    expect(await turns()).toEqual([]);
  });

  test('tells its last run from tasks of other commands, whoever asked for it', async () => {
    now = at('03:00:01');
    await pass();
    const placement = await queries().placement(id);
    const [turn] = await database.db.selectFrom('tasks').selectAll().execute();
    const start = (command: string[]) =>
      transact(database.db, (tx) =>
        service.startTask(tx, { placement, command, timeoutMs: 1000, actor: 'eve' }),
      );

    await start(['node', 'other.js']);
    const byItsSchedule = await queries().lastRun(id);
    now = at('03:05:00');
    const asked = await start([]);

    expect(byItsSchedule?.id).toBe(turn?.id);
    expect((await queries().lastRun(id))?.id).toBe(asked);
    expect(await queries().lastRun('other.prod')).toBeUndefined();
  });

  test('shows when it runs next, and when and how it ran last', async () => {
    now = at('03:00:01');
    await pass();
    await database.db.updateTable('tasks').set({ state: 'failed' }).execute();
    const placement = await queries().placement(id);
    const component = {
      ...{ name: 'report', kind: 'job', spec: { ...source.spec, schedule: '0 3 * * *' } },
    } as Parameters<typeof placementFacts>[1];
    const last = await lastTurnsOf(queries(), component, [placement]);

    const { schedule: shown } = placementView(
      placement,
      undefined,
      placementFacts(placement, component, last),
      {
        ...{ urlOf: () => undefined, runtimeOf: () => 'agent', holds: () => false },
        ...{ staleAfterMs: 1000, now, lostSince: () => undefined },
      },
    );

    const lacks = {
      ...(placement.observed as ObservedPlacement),
      notes: [{ what: 'schedule', because: 'old' }],
    };
    const without = placementView(
      { ...placement, observed: lacks },
      undefined,
      placementFacts(placement, component, last),
      {
        ...{ urlOf: () => undefined, runtimeOf: () => 'east', holds: () => false },
        ...{ staleAfterMs: 1000, now, lostSince: () => undefined },
      },
    );

    expect(without.schedule).not.toHaveProperty('next');
    expect(shown).toEqual({
      ...{ cron: '0 3 * * *', next: '2036-11-22T03:00:00.000Z' },
      ...{ last: '2036-11-21T03:00:00.000Z', lastState: 'failed' },
    });
  });
});
