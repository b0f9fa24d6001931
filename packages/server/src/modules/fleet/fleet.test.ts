import { type ObservedPlacement, PlatformFile } from '@pltf/contracts';
import { sql } from 'kysely';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { PlatformSnapshot } from '../../kernel/platform-source.ts';
import { createTestDatabase, type TestDatabase } from '../../persistence/test-database.ts';
import { transact } from '../../persistence/transaction.ts';
import { placedReleases } from '../delivery/index.ts';
import { addRunning } from '../platform/testing/running.ts';
import {
  type ChangeRequest,
  observationIntake,
  postgresRuntimeQueries,
  postgresRuntimeStore,
  runtimeService,
} from '../runtime/index.ts';
import {
  createFleetReconciler,
  type FleetDependencies,
  fleetKeys,
  fleetService,
  postgresFleetQueries,
  postgresFleetStore,
  postgresFleetWaves,
} from './index.ts';

interface RingOfTest {
  readonly name: string;
  readonly soak: string;
  readonly environments?: string[];
  readonly maxFailures?: number;
  readonly deletions?: number;
  readonly atOnce?: number;
}

let database: TestDatabase;
let versions: PlatformSnapshot[];
let now: Date;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database[Symbol.asyncDispose]());

const rings: RingOfTest[] = [
  { name: 'canary', environments: ['staging'], soak: '10m' },
  { name: 'rest', soak: '1m', maxFailures: 1 },
];
function platformWith(smallMiB: number, without?: string, ofEdge: object = {}): void {
  const environments = [
    { name: 'staging', runtime: 'edge' },
    { name: 'prod', runtime: 'pull' },
    { name: 'local' },
  ];
  const file = PlatformFile.parse({
    environments: environments.filter(({ name }) => name !== without),
    runtimes: {
      agent: { driver: 'agent' },
      edge: { driver: 'kubernetes', context: 'edge', ...ofEdge },
      pull: { driver: 'gitops', repository: '/srv/state.git', registry: 'registry.example.com' },
    },
    sizes: { small: { memoryMiB: smallMiB, cpu: 0.25 }, medium: { memoryMiB: 512, cpu: 0.5 } },
    rings: rings.map((ring) => ({
      ...ring,
      environments: ring.environments?.map((name) => (name === without ? 'prod' : name)),
    })),
  });
  versions.push({ version: versions.length, digest: '', file, guardrails: new Map() });
}

function dependencies(): FleetDependencies {
  const { db } = database;
  const newest = (): PlatformSnapshot => versions.at(-1) as PlatformSnapshot;
  const platform = {
    current: () => newest().file,
    snapshot: newest,
    subscribe: () => () => undefined,
    at: (version: number) => Promise.resolve(versions[version]),
  };
  const clock = { now: () => now };
  const waves = postgresFleetWaves(platform);
  const runtime = runtimeService({ store: postgresRuntimeStore(), platform, waves, clock });
  return {
    ...{ db, clock, platform, running: placedReleases(db), runtime },
    runtimeQueries: postgresRuntimeQueries(db),
    store: postgresFleetStore(),
    queries: postgresFleetQueries(db),
  };
}

beforeEach(async () => {
  versions = [];
  rings[1] = { name: 'rest', soak: '1m', maxFailures: 1 };
  now = new Date('2026-05-01T10:00:00Z');
  platformWith(256);
  const { db } = database;
  await addRunning(db, 'one', 'staging', 'small');
  for (const name of ['two', 'three', 'four']) await addRunning(db, name, 'prod', 'small');
  await addRunning(db, 'large', 'prod', 'medium');
  await addRunning(db, 'near', 'local', 'small');
  await sql`update placements set platform_version = 0, sized = '{"size":"small","memoryMiB":256,"cpu":0.25}',
    runtime = case environment when 'staging' then 'edge' when 'prod' then 'pull' else 'agent' end`.execute(
    db,
  );
});
afterEach(async () => {
  const { db } = database;
  await db.deleteFrom('fleet_changes').execute();
  await db.deleteFrom('rollouts').execute();
  await db.deleteFrom('placements').execute();
  await db.deleteFrom('components').execute();
  await db.deleteFrom('work').execute();
});

const later = (minutes: number): void => {
  now = new Date(now.getTime() + minutes * 60_000);
};
const pass = (key: string = fleetKeys.change) =>
  createFleetReconciler(dependencies()).reconcile(key, new AbortController().signal);
const change = async () => {
  const found = await postgresFleetQueries(database.db).newest();
  if (found === undefined) throw new Error('nothing goes out');
  return found;
};
const states = async () =>
  Object.fromEntries(
    (await change()).waves.flatMap(({ members }) =>
      members.map(({ placement, state }) => [placement, state]),
    ),
  );
/** What a driver tells of the rollouts that were begun. */
async function ended(placements: readonly string[], state: 'done' | 'rolled-back'): Promise<void> {
  const reason =
    state === 'done' ? null : JSON.stringify({ code: 'x', detail: 'it crashed', fix: '', log: [] });
  await sql`update rollouts set state = ${state}, reason = ${reason}::jsonb
    where placement = any(${[...placements]}::text[]) and state = 'running'`.execute(database.db);
}
const platformOf = async (placement: string) =>
  (await postgresRuntimeQueries(database.db).placement(placement)).platformVersion;
/** What a team does with its own placement; answers with why, as its rollout says it. */
const rolledOut = (placement: string, how: Partial<ChangeRequest> = { release: 1 }) =>
  transact(database.db, (tx) =>
    dependencies().runtime.change(tx, placement, {
      ...{ kind: 'deploy', actor: 'ann', why: undefined },
      ...how,
    }),
  ).then(({ why }) => why);
const told = async () =>
  (
    await database.db
      .selectFrom('events')
      .select(['type', 'summary'])
      .where('type', 'like', 'fleet-%')
      .orderBy('seq')
      .execute()
  ).map(({ type }) => type);

test('a change of a size goes out in waves to the clusters that it touches, and to nothing else', async () => {
  platformWith(384);
  await pass(fleetKeys.version);
  await pass();

  expect(await states()).toEqual({
    ...{ 'one.staging': 'going', 'two.prod': 'waiting' },
    ...{ 'three.prod': 'waiting', 'four.prod': 'waiting' },
  });
  expect(await platformOf('one.staging')).toBe(1);
  expect(await platformOf('two.prod')).toBe(0);

  await ended(['one.staging'], 'done');
  const soaking = await pass();
  expect(soaking?.again).toEqual(new Date('2026-05-01T10:10:00Z'));
  later(10);
  await pass();
  expect((await states())['two.prod']).toBe('going');

  await ended(['two.prod', 'three.prod', 'four.prod'], 'done');
  await pass();
  later(1);
  await pass();

  expect((await change()).state).toBe('finished');
  expect(await platformOf('four.prod')).toBe(1);
  expect(await platformOf('large.prod')).toBe(0);
  expect(await platformOf('near.local')).toBe(0);
});

test('what a runtime line says of its cluster goes out in waves too, to what is on it', async () => {
  platformWith(256, undefined, { ingressClass: 'public' });
  await pass(fleetKeys.version);
  await pass();

  expect(await states()).toEqual({ 'one.staging': 'going' });
  expect(await platformOf('one.staging')).toBe(1);
  expect(await platformOf('two.prod')).toBe(0);
});

test('a canary that goes back halts the change before anything else has it, and says where and why', async () => {
  platformWith(384);
  await pass(fleetKeys.version);
  await pass();
  await ended(['one.staging'], 'rolled-back');

  await pass();
  later(60);
  await pass();

  expect(await change()).toMatchObject({
    state: 'halted',
    reason: 'one.staging failed in canary: it crashed',
  });
  expect(await platformOf('two.prod')).toBe(0);
});

test('somebody may resume it, and abort it: what had the change gets back what it had', async () => {
  platformWith(384);
  await pass(fleetKeys.version);
  await pass();
  await ended(['one.staging'], 'rolled-back');
  await pass();
  const service = fleetService(dependencies());

  await service.resume({ actor: 'root', why: 'one is broken anyway' });
  await pass();
  later(10);
  await pass();
  expect((await states())['two.prod']).toBe('going');
  await service.abort({ actor: 'root', why: 'too much memory' });
  await pass();
  await pass();

  const aborted = await change();
  expect(aborted).toMatchObject({
    state: 'aborted',
    reason: 'root aborted it: too much memory',
  });
  const two = await postgresRuntimeQueries(database.db).placement('two.prod');
  expect(two).toMatchObject({ platformVersion: 0, sized: { memoryMiB: 256 } });
  expect(await states()).toMatchObject({ 'one.staging': 'back', 'two.prod': 'back' });
  await pass(fleetKeys.version);
  expect((await change()).id).toBe(aborted.id);
  await expect(service.resume({ actor: 'root', why: undefined })).rejects.toMatchObject({
    code: 'conflict',
  });
});

test('a newer version goes out in the place of one that is on its way', async () => {
  platformWith(384);
  await pass(fleetKeys.version);
  await pass();

  platformWith(512);
  await pass(fleetKeys.version);
  await pass();

  const all = await postgresFleetQueries(database.db).changes(10, undefined);
  expect(all.map(({ toVersion, state }) => [toVersion, state])).toEqual([
    [2, 'running'],
    [1, 'superseded'],
  ]);
  expect(await platformOf('one.staging')).toBe(2);
});

test('what is held is left alone, and nothing goes out when nothing on clusters changes', async () => {
  const service = fleetService(dependencies());
  await service.hold('two.prod', { actor: 'ann', why: 'it is being looked at' });
  platformWith(256);
  await pass(fleetKeys.version);
  expect(await postgresFleetQueries(database.db).newest()).toBeUndefined();

  platformWith(384);
  await pass(fleetKeys.version);
  await pass();

  expect((await states())['two.prod']).toBe('held');
  await service.release('two.prod');
  await expect(service.release('two.prod')).rejects.toMatchObject({ code: 'not-found' });
});

describe('what a team rolls out itself while a version goes out', () => {
  const sizeOf = async (placement: string) =>
    (await postgresRuntimeQueries(database.db).placement(placement)).sized?.memoryMiB;
  const halted = async (): Promise<void> => {
    platformWith(384);
    await pass(fleetKeys.version);
    await pass();
    await ended(['one.staging'], 'rolled-back');
    await pass();
  };

  test('stays with the version that its wave has reached, and says so', async () => {
    await halted();

    const waiting = await rolledOut('two.prod', { release: 1, why: 'a fix' });
    const untouched = await rolledOut('large.prod', { restart: true, kind: 'restart' });
    const reached = await rolledOut('one.staging');

    expect(waiting).toBe(
      'a fix; it stays with version 0 of the platform, because version 1 of the platform is halted',
    );
    expect([await platformOf('two.prod'), await sizeOf('two.prod')]).toEqual([0, 256]);
    expect(untouched).toContain('version 0');
    expect(reached).toBeUndefined();
    expect([await platformOf('one.staging'), await sizeOf('one.staging')]).toEqual([1, 384]);
    expect(await states()).toMatchObject({ 'two.prod': 'waiting' });
  });

  test('takes the newest one where somebody says so, and where an agent runs it', async () => {
    await halted();

    await rolledOut('two.prod', { release: 1, newestPlatform: true });
    await rolledOut('near.local');

    expect([await platformOf('two.prod'), await sizeOf('two.prod')]).toEqual([1, 384]);
    expect([await platformOf('near.local'), await sizeOf('near.local')]).toEqual([1, 384]);
  });

  test('has no larger size because its instances were counted anew', async () => {
    await halted();

    await rolledOut('two.prod', { instances: 3, kind: 'scale' });

    expect([await platformOf('two.prod'), await sizeOf('two.prod')]).toEqual([0, 256]);
  });

  test('stays with what it has in the moment in which nobody knows yet what a newer version changes', async () => {
    await pass(fleetKeys.version);
    platformWith(384);

    const early = await rolledOut('two.prod');
    const [version, size] = [await platformOf('two.prod'), await sizeOf('two.prod')];
    await pass(fleetKeys.version);
    await pass();

    expect(early).toBe(
      'it stays with version 0 of the platform, because what version 1 of the platform changes is still being looked at',
    );
    expect([version, size]).toEqual([0, 256]);
    expect((await states())['two.prod']).toBe('waiting');
    expect(await rolledOut('two.prod')).toContain('because version 1 of the platform');
  });

  test('takes a version that was found to change nothing, and no change is shown for it', async () => {
    platformWith(256);
    await pass(fleetKeys.version);

    const why = await rolledOut('two.prod');

    expect(why).toBeUndefined();
    expect(await platformOf('two.prod')).toBe(1);
    expect(await postgresFleetQueries(database.db).changes(10, undefined)).toEqual([]);
  });

  test('stays with what it had once a version was taken back, until a newer one goes out', async () => {
    await halted();
    await fleetService(dependencies()).abort({ actor: 'root', why: undefined });
    await pass();
    await pass();

    const back = await rolledOut('one.staging');
    platformWith(256);
    await pass(fleetKeys.version);
    const after = await rolledOut('two.prod');

    expect(back).toContain('because version 1 of the platform was taken back');
    expect(after).toBeUndefined();
    expect([await platformOf('one.staging'), await platformOf('two.prod')]).toEqual([0, 2]);
  });
});

describe('placements of an environment that is gone', () => {
  const db = () => database.db;
  const stateOf = async (placement: string) =>
    (await postgresRuntimeQueries(db()).placementsNamed([placement]))[0]?.state;
  /** What a driver does when nothing of a placement is left, or nobody can say so. */
  const left = (placement: string, unproved?: string) =>
    observationIntake({
      ...{ db: db(), store: postgresRuntimeStore() },
      listener: { changed: () => Promise.resolve() },
    }).removed(placement, unproved);
  const goes = async (): Promise<void> => {
    platformWith(256, 'prod');
    await pass(fleetKeys.version);
    await pass();
  };
  beforeEach(() => {
    rings[1] = { name: 'rest', soak: '1m', maxFailures: 1, deletions: 4, atOnce: 2 };
  });

  test('are taken out in their waves, and are done when nothing of them is left', async () => {
    await goes();
    const first = await states();
    const removing = await stateOf('four.prod');
    await left('four.prod');
    await pass();

    expect((await change()).waves.map(({ rule }) => rule.ring)).toEqual(['rest']);
    expect([first['four.prod'], first['two.prod']]).toEqual(['going', 'waiting']);
    expect(removing).toBe('removing');
    expect(await states()).toMatchObject({ 'four.prod': 'done', 'three.prod': 'going' });
    expect(await stateOf('one.staging')).toBe('present');
    expect(await stateOf('two.prod')).toBe('present');
  });

  test('stay, all of them, where they are more than a wave may take out, until somebody agrees', async () => {
    rings[1] = { name: 'rest', soak: '1m', deletions: 3 };
    await goes();
    later(600);
    await pass();

    expect(await change()).toMatchObject({
      state: 'halted',
      reason: 'rest would take out 4 placements; its budget is 3',
    });
    expect(await stateOf('four.prod')).toBe('present');
    await fleetService(dependencies()).resume({ actor: 'root', why: 'it is what we want' });
    await pass();
    expect(await stateOf('four.prod')).toBe('removing');
  });

  test('halt the change when something of them is left, or nobody can say whether it is', async () => {
    rings[1] = { name: 'rest', soak: '1m', deletions: 4, atOnce: 3 };
    await goes();
    const waits: ObservedPlacement = {
      ...{ id: 'four.prod', revision: 1, phase: 'stopped', warm: [], instances: [] },
      ...{ leftovers: ['volume data'], at: now.toISOString() },
      traffic: { requests: 0, errors: 0, failures: 0, slowestMs: 0, p50Ms: 0, p95Ms: 0, p99Ms: 0 },
    };
    await transact(db(), (tx) => postgresRuntimeStore().setObserved(tx, waits.id, waits, now));
    await left('large.prod', 'taken out of the repository; nobody reports whether it is gone');
    later(30);
    await pass();

    expect(await change()).toMatchObject({ state: 'halted' });
    const members = (await change()).waves.flatMap((wave) => wave.members);
    expect(members.find(({ placement }) => placement === 'four.prod')?.reason).toBe(
      'still there: volume data',
    );
    expect(members.find(({ placement }) => placement === 'large.prod')?.reason).toContain(
      'nobody reports',
    );
    expect(await stateOf('two.prod')).toBe('present');
  });

  test('are none when the version that they have cannot be read', async () => {
    await sql`update placements set platform_version = -1 where environment = 'prod'`.execute(db());

    await goes();

    expect(await postgresFleetQueries(db()).newest()).toBeUndefined();
  });
});

test('people are told what happens to it', async () => {
  const before = (await told()).length;
  platformWith(384);
  await pass(fleetKeys.version);
  await pass();
  await fleetService(dependencies()).halt({ actor: 'root', why: 'lunch' });
  await pass();

  expect((await told()).slice(before)).toEqual(['fleet-started', 'fleet-halted']);
  expect(await change()).toMatchObject({ state: 'halted', reason: 'root halted it: lunch' });
});
