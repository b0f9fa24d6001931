import { type ObservedPlacement, PlatformFile, PltfError } from '@pltf/contracts';
import { sql } from 'kysely';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { systemClock } from '../../../kernel/clock.ts';
import { createTestDatabase, type TestDatabase } from '../../../persistence/test-database.ts';
import { addComponent } from '../../catalog/testing/components.ts';
import { fresh } from '../observation/fresh-observation.ts';
import { type ObservationIntake, observationIntake } from '../observation/observation-intake.ts';
import { postgresRuntimeQueries } from '../runtime-queries.ts';
import { postgresRuntimeStore } from '../runtime-store.postgres.ts';
import { asOf } from '../runtime-views.ts';
import { runtimesByName } from '../runtimes.ts';
import { memoryLedger } from '../testing/memory-ledger.ts';
import { memoryRuntime } from '../testing/memory-runtime.ts';
import { source } from '../testing/placements.ts';
import { createPlacementReconciler } from './placement-reconciler.ts';

const platform = {
  current: () => PlatformFile.parse({ environments: [{ name: 'prod' }] }),
  snapshot: () => ({
    ...{ version: 1, digest: '', file: platform.current(), guardrails: new Map() },
  }),
  subscribe: () => () => undefined,
  at: () => Promise.resolve(undefined),
};
const store = postgresRuntimeStore();
const second = (at: number): string => new Date(1_800_000_000_000 + at * 1000).toISOString();

let database: TestDatabase;
let intake: ObservationIntake;
/** What the runtime answers to the next look. */
let answer: () => ObservedPlacement;
let reported: (observed: ObservedPlacement) => Promise<void>;

beforeAll(async () => {
  database = await createTestDatabase();
  await addComponent(database.db, 'shop');
});
afterAll(() => database[Symbol.asyncDispose]());
beforeEach(async () => {
  const { db } = database;
  await db.deleteFrom('placements').execute();
  await db
    .insertInto('placements')
    .values({
      ...{ id: 'shop.prod', component: 'shop', environment: 'prod', branch: null, hosts: [] },
      ...{ state: 'present', release: 2, instances: 1, run_state: 'running' },
      ...{ observed: null as never, observed_at: null, expires_at: null },
    })
    .execute();
  intake = observationIntake({ db, store, listener: { changed: () => Promise.resolve() } });
  reported = (observed) => intake.observed(observed);
});

const runtimes = () => {
  const { driver, ...rest } = memoryRuntime();
  const told = { ...driver, apply: async () => answer(), observe: async () => answer() };
  return runtimesByName(
    platform,
    { agent: () => Promise.resolve({ ...rest, driver: told }) },
    systemClock,
  );
};
const pass = (): Promise<unknown> => {
  const { db } = database;
  const queries = postgresRuntimeQueries(db);
  const reconciler = createPlacementReconciler({
    ...{ db, platform, queries, store, clock: systemClock, intake, runtimes: runtimes() },
    ledger: memoryLedger(),
    waves: { stayingWith: () => Promise.resolve(undefined) },
    goldenPaths: { goldenPaths: () => Promise.resolve([]) },
    repositoryUrl: (component) => `http://localhost/git/${component}.git`,
    routerPort: 7080,
    releases: { toPlace: () => Promise.resolve({ ...source, needs: {} }) },
  });
  return reconciler.reconcile('shop.prod', new AbortController().signal);
};
const seen = (at: number, more: Partial<ObservedPlacement> = {}): ObservedPlacement => ({
  ...{ id: 'shop.prod', revision: 1, phase: 'running', warm: [], instances: [], leftovers: [] },
  traffic: {
    ...{ requests: 0, errors: 0, failures: 0, slowestMs: 0, p50Ms: 0, p95Ms: 0, p99Ms: 0 },
  },
  at: second(at),
  ...more,
});
const row = () => postgresRuntimeQueries(database.db).placement('shop.prod');
/** Changes with every write to the row, and when somebody locks it to write. */
const written = async (): Promise<string> => {
  const { rows } = await sql<{ mark: string }>`
    select xmin || ' ' || xmax as mark from placements where id = 'shop.prod'`.execute(database.db);
  return rows[0]?.mark ?? '';
};

test('a pass over what is settled writes nothing, and still says how fresh that is', async () => {
  answer = () => seen(1);
  await pass();
  const before = await written();
  answer = () => seen(61);

  await pass();
  await pass();

  expect(await written()).toBe(before);
  expect(asOf(await row(), intake)).toEqual({ asOf: second(61) });
  // Another server was not told of it: it knows what is in the books.
  expect(asOf(await row(), {})).toEqual({ asOf: second(1) });
});

test('what differs is written, and what was put back is told each time', async () => {
  answer = () => seen(1);
  await pass();
  const restored = ['Service shop'];

  for (const at of [2, 3]) await reported(seen(at, { restored }));
  await reported(seen(4, { phase: 'degraded' }));

  expect(await row()).toMatchObject({ observed: { phase: 'degraded' } });
  const told = await database.db
    .selectFrom('events')
    .select('type')
    .where('type', '=', 'object-restored')
    .execute();
  expect(told).toHaveLength(2);
});

test('a report that is late says nothing, also when the one before it was not written', async () => {
  for (const at of [1, 5]) await reported(seen(at));

  await reported(seen(3, { phase: 'degraded' }));

  expect(await row()).toMatchObject({ observed: { phase: 'running' } });
});

test('why a runtime is not told what is wanted stands on the placement until it is, written once', async () => {
  answer = () => seen(1);
  await pass();
  const error = new PltfError('cluster-credentials', { detail: 'they have expired' });
  answer = () => {
    throw error;
  };
  await expect(pass()).rejects.toThrow('expired');
  const before = await written();
  await expect(pass()).rejects.toThrow('expired');
  const { observed } = await row();
  const again = await written();
  // It may be looked at all the same: what keeps it from being told is not forgotten over that.
  answer = () => seen(2);
  const [looked] = await fresh(runtimes(), [await row()], new AbortController().signal);

  await pass();

  const note = { what: 'runtime', because: expect.stringMatching(/expired\. Renew the cred/) };
  expect(observed?.notes).toEqual([note]);
  expect(again).toBe(before);
  expect(looked?.observed?.notes).toEqual([note]);
  expect((await row()).observed).not.toHaveProperty('notes');
});

test('also a placement that nobody has seen yet says why', async () => {
  answer = () => {
    throw new PltfError('cluster-unknown', { detail: 'no context east' });
  };

  await expect(pass()).rejects.toThrow('east');

  expect((await row()).observed).toMatchObject({
    phase: 'rolling',
    notes: [{ what: 'runtime', because: expect.stringContaining('no context east') as string }],
  });
});
