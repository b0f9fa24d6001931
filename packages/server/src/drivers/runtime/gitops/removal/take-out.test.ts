import { PlatformFile } from '@pltf/contracts';
import { sql } from 'kysely';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import type { PlatformSnapshot } from '../../../../kernel/platform-source.ts';
import { placedReleases } from '../../../../modules/delivery/index.ts';
import {
  createFleetReconciler,
  type FleetDependencies,
  fleetKeys,
  fleetService,
  postgresFleetQueries,
  postgresFleetStore,
  postgresFleetWaves,
} from '../../../../modules/fleet/index.ts';
import { addRunning } from '../../../../modules/platform/testing/running.ts';
import {
  createPlacementReconciler,
  observationIntake,
  postgresRuntimeQueries,
  postgresRuntimeStore,
  runtimeService,
  runtimesByName,
} from '../../../../modules/runtime/index.ts';
import { wantedPlacement } from '../../../../modules/runtime/testing/rollout-records.ts';
import { createTestDatabase, type TestDatabase } from '../../../../persistence/test-database.ts';
import { gitopsWorld, gitText, type World } from '../testing/gitops-world.ts';

const names = ['one', 'two', 'three'];
let database: TestDatabase;
let world: World;
let versions: PlatformSnapshot[];
let now: Date;
/** The environment `prod` is in the platform file, or is gone from it. */
function version(withProd: boolean): void {
  const file = PlatformFile.parse({
    environments: [
      { name: 'preview', kind: 'preview' },
      ...(withProd ? [{ name: 'prod', runtime: 'fleet' }] : []),
    ],
    runtimes: {
      agent: { driver: 'agent' },
      fleet: { driver: 'gitops', repository: '/srv/environments.git', context: 'hub' },
    },
    rings: [{ name: 'rest', soak: '1m', deadline: '10m', deletions: 3, atOnce: 1 }],
  });
  versions.push({ version: versions.length, digest: '', file, guardrails: new Map() });
}
const newest = (): PlatformSnapshot => versions.at(-1) as PlatformSnapshot;
const platform = {
  current: () => newest().file,
  snapshot: () => newest(),
  subscribe: () => () => undefined,
  at: (wanted: number) => Promise.resolve(versions[wanted]),
};
const clock = { now: () => now };
const store = postgresRuntimeStore();
const waves = postgresFleetWaves(platform);
const runtime = runtimeService({ store, platform, waves, clock });

function fleet(): FleetDependencies {
  const { db } = database;
  return {
    ...{ db, clock, platform, running: placedReleases(db), runtime },
    runtimeQueries: postgresRuntimeQueries(db),
    store: postgresFleetStore(),
    queries: postgresFleetQueries(db),
  };
}
const intake = () =>
  observationIntake({
    ...{ db: database.db, store },
    listener: { changed: () => Promise.resolve() },
  });
const quiet = new AbortController().signal;
const fleetPass = (key: string = fleetKeys.change) =>
  createFleetReconciler(fleet()).reconcile(key, quiet);

/** One look at every placement that is being removed, by the driver that it is on. */
async function placementPass(): Promise<void> {
  const { db } = database;
  const opened = { driver: world.driver, lostSince: () => undefined };
  const reconciler = createPlacementReconciler({
    ...{ db, platform, waves, store, clock, ledger: world.ledger, intake: intake() },
    queries: postgresRuntimeQueries(db),
    runtimes: runtimesByName(
      platform,
      {
        gitops: () =>
          Promise.resolve({ ...opened, [Symbol.asyncDispose]: () => Promise.resolve() }),
      },
      clock,
    ),
    goldenPaths: { goldenPaths: () => Promise.resolve([]) },
    repositoryUrl: (component) => component,
    routerPort: 7080,
    releases: { toPlace: () => Promise.resolve(undefined) },
  });
  for (const name of names) await reconciler.reconcile(`${name}.prod`, quiet);
}
const agentPass = async (): Promise<void> => {
  await world.argo.sync();
  await new Promise((resolve) => setTimeout(resolve, 20));
};

beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database[Symbol.asyncDispose]());
beforeEach(async () => {
  versions = [];
  now = new Date();
  version(true);
  world = await gitopsWorld({ rule: { context: 'hub' } });
  for (const name of names) await addRunning(database.db, name, 'prod', 'small');
  await sql`update placements set platform_version = 0, runtime = 'fleet'`.execute(database.db);
  for (let pass = 0; pass < 2; pass += 1) {
    for (const component of names)
      await intake().observed(await world.driver.apply(wantedPlacement({ component })));
    await agentPass();
  }
  version(false);
  await fleetPass(fleetKeys.version);
  await fleetPass();
});
afterEach(async () => {
  await world[Symbol.asyncDispose]();
  for (const table of ['fleet_changes', 'rollouts', 'placements', 'components', 'work'] as const)
    await database.db.deleteFrom(table).execute();
});

const states = async () =>
  Object.fromEntries(
    ((await postgresFleetQueries(database.db).newest())?.waves ?? []).flatMap(({ members }) =>
      members.map(({ placement, state }) => [placement, state]),
    ),
  );
/** What is in the repository of each. */
const files = async () => {
  const paths = (await gitText(world.location, ['ls-tree', '-r', '--name-only', 'main'])).split(
    '\n',
  );
  const of = (name: string) => paths.find((path) => path.includes(`/${name}--prod/`)) ?? '';
  return names.map((name) => of(name).split('/').at(-1));
};
const inCluster = () =>
  names.filter((name) =>
    [...world.target.objects.values()].some(
      ({ metadata }) => metadata.namespace === `${name}--prod`,
    ),
  );
const change = () => postgresFleetQueries(database.db).newest();

test('are taken out one after the other by tombstones, each once nothing of the one before is left', async () => {
  const first = (await states()) as Readonly<Record<string, string>>;
  const going: number[] = [];
  const atOnce: number[] = [];
  for (let turn = 0; turn < 20 && (await change())?.state === 'running'; turn += 1) {
    await placementPass();
    await agentPass();
    await placementPass();
    await fleetPass();
    now = new Date(now.getTime() + 61_000);
    going.push(inCluster().length);
    atOnce.push(Object.values(await states()).filter((state) => state === 'going').length);
  }
  await fleetPass();

  expect(Object.values(first).toSorted()).toEqual(['going', 'waiting', 'waiting']);
  expect(new Set(going)).toEqual(new Set([3, 2, 1, 0]));
  expect(Math.max(...atOnce)).toBe(1);
  expect((await change())?.state).toBe('finished');
  expect(await files()).toEqual(['TOMBSTONE', 'TOMBSTONE', 'TOMBSTONE']);
  expect([...world.target.objects.keys()]).toEqual([]);
  const left = await postgresRuntimeQueries(database.db).placementsNamed(
    names.map((name) => `${name}.prod`),
  );
  expect(left).toEqual([]);
});

test('halt where the agent does not come to the tombstone in time: the others stay in repository and cluster', async () => {
  for (let turn = 0; turn < 3; turn += 1) await placementPass();
  now = new Date(now.getTime() + 11 * 60_000);
  await fleetPass();
  await placementPass();

  const halted = await change();
  expect(halted?.state).toBe('halted');
  expect(halted?.reason).toMatch(
    /^\w+\.prod failed in rest: still there: its namespace is unlocked/,
  );
  expect(await files()).toEqual(['manifest.yaml', 'manifest.yaml', 'manifest.yaml']);
  expect(inCluster()).toEqual(names);
});

test('an abort keeps what is still there, as it is', async () => {
  await placementPass();
  await fleetService(fleet()).abort({ actor: 'root', why: 'not yet' });
  await fleetPass();
  await fleetPass();
  for (let turn = 0; turn < 3; turn += 1) {
    await agentPass();
    await placementPass();
  }

  expect((await change())?.state).toBe('aborted');
  const left = await files();
  expect(left.filter((name) => name === 'TOMBSTONE').length).toBe(1);
  expect(left.filter((name) => name === 'manifest.yaml').length).toBe(2);
  expect(inCluster().length).toBe(2);
});
