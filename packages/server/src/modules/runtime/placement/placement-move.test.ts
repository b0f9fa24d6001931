import { PlatformFile } from '@pltf/contracts';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { systemClock } from '../../../kernel/clock.ts';
import type { PlatformHistory, PlatformSource } from '../../../kernel/platform-source.ts';
import { createTestDatabase, type TestDatabase } from '../../../persistence/test-database.ts';
import { transact } from '../../../persistence/transaction.ts';
import { addComponent } from '../../catalog/testing/components.ts';
import { observationIntake } from '../observation/observation-intake.ts';
import { postgresRuntimeQueries } from '../runtime-queries.ts';
import { runtimeService } from '../runtime-service.ts';
import { postgresRuntimeStore } from '../runtime-store.postgres.ts';
import { shownPhase } from '../runtime-views.ts';
import { runtimesByName } from '../runtimes.ts';
import { memoryLedger } from '../testing/memory-ledger.ts';
import { type MemoryRuntime, memoryRuntime } from '../testing/memory-runtime.ts';
import { source } from '../testing/placements.ts';
import { knownRelease, type ReleaseToPlace } from './placement.ts';
import { createPlacementReconciler } from './placement-reconciler.ts';

const fileWith = (runtime: string, runtimes: object = {}): PlatformFile =>
  PlatformFile.parse({
    environments: [
      { name: 'preview', kind: 'preview' },
      { name: 'prod', runtime },
    ],
    runtimes: {
      agent: { driver: 'agent' },
      docker: { driver: 'agent', isolation: 'docker' },
      east: { driver: 'kubernetes', context: 'east' },
      ...runtimes,
    },
  });

let database: TestDatabase;
let file = fileWith('agent');
let machine: MemoryRuntime;
let cluster: MemoryRuntime;
let repository: MemoryRuntime;
/** How long ago everything was that the runtimes tell of. */
let agoMs: number;
const needs: Record<string, ReleaseToPlace['needs']> = {};
const platform: PlatformSource & PlatformHistory = {
  current: () => file,
  snapshot: () => ({ version: 7, digest: '', file, guardrails: new Map() }),
  subscribe: () => () => undefined,
  at: () => Promise.resolve(undefined),
};
const waves = { stayingWith: () => Promise.resolve(undefined) };
const store = postgresRuntimeStore();
const service = runtimeService({ store, platform, waves, clock: systemClock });

beforeAll(async () => {
  database = await createTestDatabase();
  for (const name of ['shop', 'payments-api']) await addComponent(database.db, name);
});
afterAll(() => database[Symbol.asyncDispose]());
beforeEach(async () => {
  await database.db.deleteFrom('placements').execute();
  await database.db.deleteFrom('rollouts').execute();
  file = fileWith('agent');
  machine = memoryRuntime();
  cluster = memoryRuntime();
  repository = memoryRuntime();
  agoMs = 60_000;
  needs['shop'] = {};
  needs['payments-api'] = {};
});

/** A server of its own each time: nothing is known but what the database says. */
function pass(id = 'shop.prod'): Promise<unknown> {
  const { db } = database;
  const queries = postgresRuntimeQueries(db);
  const listener = { changed: () => Promise.resolve() };
  const openers = {
    agent: () => Promise.resolve(machine),
    kubernetes: () => Promise.resolve(cluster),
    gitops: () => Promise.resolve(repository),
  };
  const reconciler = createPlacementReconciler({
    ...{ db, platform, waves, queries, store, ledger: memoryLedger() },
    clock: { now: () => new Date(Date.now() + agoMs) },
    runtimes: runtimesByName(platform, openers, systemClock),
    intake: observationIntake({ db, store, listener }),
    goldenPaths: { goldenPaths: () => Promise.resolve([]) },
    repositoryUrl: (component) => `http://localhost/git/${component}.git`,
    routerPort: 7080,
    releases: {
      toPlace: (component) => Promise.resolve({ ...source, needs: needs[component] ?? {} }),
    },
  });
  return reconciler.reconcile(id, new AbortController().signal);
}

const placed = async (component = 'shop') => {
  await transact(database.db, (tx) =>
    service.place(tx, {
      ...{ component, environment: 'prod', branch: undefined, release: 2 },
      ...{ instances: { minimum: 1, maximum: 1 }, routes: [], serves: true, expiresAt: undefined },
      ...{ size: undefined, kind: 'deploy', actor: 'eve', why: undefined },
    }),
  );
  await pass(`${component}.prod`);
};
const row = (id = 'shop.prod') => postgresRuntimeQueries(database.db).placement(id);

describe('when the line `runtime:` of an environment changes', () => {
  test('a rollout begins and says why; the new one serves before the old one goes', async () => {
    await placed();
    file = fileWith('east');
    cluster.hold = true;

    await pass();
    const rollouts = await postgresRuntimeQueries(database.db).rollouts('shop.prod', 5);
    const during = { old: machine.placed.size, new: cluster.placed.size, row: await row() };
    cluster.hold = false;
    await pass();

    expect(rollouts[0]).toMatchObject({
      ...{ kind: 'deploy', revision: 2, why: 'prod runs on east now (was agent)' },
    });
    expect(during).toMatchObject({ old: 1, new: 1 });
    expect(during.row.observed?.serving?.number).toBe(2);
    expect(during.row.observed?.notes).toEqual([
      { what: 'still on agent', because: 'until it serves on east' },
    ]);
    expect(machine.placed.size).toBe(0);
    expect(await row()).toMatchObject({ runtime: 'east', leftOn: [] });
  });

  test('the old one still answers while nodes, gateways and names hear of the new one', async () => {
    await placed();
    file = fileWith('east');
    agoMs = 5_000;
    await pass();
    const soon = { old: machine.placed.size, notes: (await row()).observed?.notes };

    agoMs = 20_000;
    await pass();

    expect(soon).toEqual({
      old: 1,
      notes: [{ what: 'still on agent', because: 'until everybody knows the way to east' }],
    });
    expect(machine.placed.size).toBe(0);
  });

  test('a server that is killed at any point of it is gone on from', async () => {
    await placed();
    file = fileWith('east');
    cluster.lost = new Date();

    await expect(pass()).rejects.toMatchObject({ code: 'cluster-unreachable' });
    const stuck = await row();
    cluster.lost = undefined;
    machine.lost = new Date();
    await pass();
    const half = await row();
    machine.lost = undefined;
    await pass();

    expect(stuck).toMatchObject({ runtime: 'east', leftOn: ['agent'], revision: 2 });
    expect(half.leftOn).toEqual(['agent']);
    expect(await row()).toMatchObject({ runtime: 'east', leftOn: [], revision: 2 });
    expect(machine.placed.size).toBe(0);
  });

  test.each([
    ['nobody says which cluster the agent serves', undefined, 1],
    ['its agent serves the same cluster', 'east', 1],
    ['its agent serves another cluster', 'west', 0],
  ])('a repository keeps what is left in it where %s', async (_, target, left) => {
    const named = target === undefined ? {} : { target };
    const pulled = {
      pulled: { driver: 'gitops', repository: 'https://git.example/e.git', ...named },
    };
    file = fileWith('pulled', pulled);
    await placed();
    file = fileWith('east', pulled);

    await pass();

    expect(repository.placed.size).toBe(left);
    expect((await row()).leftOn).toEqual(left === 0 ? [] : ['pulled']);
  });

  test('back to where it came from takes it away again from where it went', async () => {
    await placed();
    file = fileWith('east');
    cluster.hold = true;
    await pass();

    file = fileWith('agent');
    await pass();

    expect(await row()).toMatchObject({ runtime: 'agent', leftOn: [], revision: 3 });
    expect([machine.placed.size, cluster.placed.size]).toEqual([1, 0]);
  });

  test('two names of one machine are one place: nothing is removed there', async () => {
    await placed();
    file = fileWith('docker');

    await pass();

    expect(machine.placed.get('shop.prod')?.desired).toMatchObject({
      ...{ revision: 2, isolation: 'docker' },
    });
    expect(await row()).toMatchObject({ runtime: 'docker', leftOn: [] });
  });

  test('what others still call there stays until they have come along', async () => {
    needs['shop'] = { pay: { kind: 'service', service: 'payments-api' } };
    await placed('payments-api');
    await placed();
    file = fileWith('east');

    await pass('payments-api.prod');
    const waiting = [
      machine.placed.has('payments-api.prod'),
      (await row('payments-api.prod')).leftOn,
    ];
    await pass();
    await pass('payments-api.prod');

    expect(waiting).toEqual([true, ['agent']]);
    expect(machine.placed.size).toBe(0);
    expect((await row('payments-api.prod')).leftOn).toEqual([]);
  });

  test('a runtime that the platform file no longer names keeps what is there, and says so', async () => {
    await placed();
    file = PlatformFile.parse({
      environments: [
        { name: 'preview', kind: 'preview' },
        { name: 'prod', runtime: 'east' },
      ],
      runtimes: { east: { driver: 'kubernetes', context: 'east' } },
    });

    await pass();

    expect((await row()).leftOn).toEqual(['agent']);
    expect((await row()).observed?.notes?.[0]?.because).toContain('no runtime `agent`');
  });
});

test('a deletion in the middle of a move leaves nothing on either', async () => {
  await placed();
  file = fileWith('east');
  cluster.hold = true;
  await pass();
  await transact(database.db, (tx) => service.requestRemoval(tx, 'shop.prod', 'eve'));
  machine.lost = new Date();

  await pass();
  const waiting = await row();
  machine.lost = undefined;
  await pass();

  expect(waiting.observed?.leftovers).toEqual(['agent: the cluster does not answer']);
  expect([machine.placed.size, cluster.placed.size]).toEqual([0, 0]);
  await expect(row()).rejects.toMatchObject({ code: 'not-found' });
});

describe('on a runtime where nobody reports', () => {
  const unreported = { fleet: { driver: 'gitops', repository: '/srv/environments.git' } };
  beforeEach(() => {
    file = fileWith('fleet', unreported);
    repository.silent = true;
    agoMs = 0;
  });

  test('a rollout is over with its commit, and nothing is claimed to serve', async () => {
    await placed();

    const [rollout] = await postgresRuntimeQueries(database.db).rollouts('shop.prod', 1);
    const shown = shownPhase(await row(), {
      ...{ urlOf: () => undefined, runtimeOf: () => 'fleet', lostSince: () => undefined },
      ...{ staleAfterMs: 60_000, now: new Date(), holds: () => false },
    });
    const told = await lastEvent('rollout-finished');
    expect(rollout).toMatchObject({ state: 'done', step: 'committed' });
    expect((await row()).observed?.serving).toBeUndefined();
    expect(knownRelease(await row())).toBe(2);
    expect(shown).toBe('unknown');
    expect(told.summary).toBe('Release 2 is on its way in prod: committed as 4f1d2c3');
  });

  test('what moves there is never taken from where it serves', async () => {
    file = fileWith('agent', unreported);
    await placed();
    file = fileWith('fleet', unreported);

    await pass();
    await pass();

    expect(repository.placed.has('shop.prod')).toBe(true);
    expect(machine.placed.has('shop.prod')).toBe(true);
    expect((await row()).leftOn).toEqual(['agent']);
  });

  test('a removal is over, and what is known of it is kept', async () => {
    await placed();
    const since = new Date(Date.now() - 1000);
    await transact(database.db, (tx) =>
      service.requestRemoval(tx, 'shop.prod', 'ada', 'replaced by a newer one'),
    );
    const asked = await postgresRuntimeQueries(database.db).asked('shop.prod');

    await pass();

    const queries = postgresRuntimeQueries(database.db);
    expect(asked).toEqual({ by: 'ada', why: 'replaced by a newer one' });
    expect(await queries.findPlacement('shop.prod')).toBeUndefined();
    expect([...(await queries.unprovedRemovals('shop', since))]).toEqual([
      ['shop.prod', 'removed from the repository'],
    ]);
    expect((await lastEvent('placement-removed')).summary).toBe(
      'shop.prod is removed from the repository',
    );
  });
});

test('who asked for how it is now is who asked for its rollout', async () => {
  await placed();

  const asked = await postgresRuntimeQueries(database.db).asked('shop.prod');

  expect(asked).toEqual({ by: 'eve', why: undefined });
});

const lastEvent = (type: string) =>
  database.db
    .selectFrom('events')
    .selectAll()
    .where('type', '=', type)
    .orderBy('seq', 'desc')
    .limit(1)
    .executeTakeFirstOrThrow();
