import { PlatformFile, type RuntimeRule } from '@pltf/contracts';
import { clusterFacts } from '@pltf/plan';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { systemClock } from '../../kernel/clock.ts';
import type { PlatformHistory, PlatformSource } from '../../kernel/platform-source.ts';
import { addComponent } from '../../modules/catalog/testing/components.ts';
import {
  createPlacementReconciler,
  observationIntake,
  postgresRuntimeQueries,
  postgresRuntimeStore,
  type ReleaseImages,
  type RuntimeDriver,
  runtimeService,
  runtimesByName,
} from '../../modules/runtime/index.ts';
import { source } from '../../modules/runtime/testing/placements.ts';
import { createTestDatabase, type TestDatabase } from '../../persistence/test-database.ts';
import { transact } from '../../persistence/transaction.ts';
import { openClusterCache } from '../cluster/cache/watched-cache.ts';
import type { LiveObject } from '../cluster/cluster-api.ts';
import { type MemoryCluster, memoryCluster } from '../cluster/testing/memory-cluster.ts';
import { simulateWorkloads } from '../cluster/testing/workload-simulation.ts';
import { gitopsWorld, gitText, type World } from './gitops/testing/gitops-world.ts';
import { pulledCluster } from './gitops/testing/pulled-cluster.ts';
import { kubernetesRuntime } from './kubernetes/kubernetes-runtime.ts';

const platformId = '0a1b2c3d';
const id = 'shop.prod';
const namespace = 'shop--prod';
const fleet = { driver: 'gitops', repository: '/srv/environments.git', context: 'east' } as const;
const fileWith = (runtime: string): PlatformFile =>
  PlatformFile.parse({
    environments: [
      { name: 'preview', kind: 'preview' },
      { name: 'prod', runtime },
    ],
    runtimes: {
      agent: { driver: 'agent' },
      east: { driver: 'kubernetes', context: 'east' },
      fleet,
    },
  });
const images: ReleaseImages = {
  image: ({ desired }) =>
    Promise.resolve({
      state: 'ready',
      reference: `registry.example.com/shop@${desired.release.digest}`,
      user: 1000,
    }),
};

let database: TestDatabase;
let file: PlatformFile;
let world: World;
let cluster: MemoryCluster;
let pulled: RuntimeDriver;
let closing: (() => unknown)[];
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
  await addComponent(database.db, 'shop');
});
afterAll(() => database[Symbol.asyncDispose]());
beforeEach(async () => {
  closing = [];
  cluster = memoryCluster();
  const workloads = simulateWorkloads(cluster, { fate: () => ({ is: 'ready' }), stopMs: 20 });
  world = await gitopsWorld({
    rule: { context: 'east' },
    ...{ target: pulledCluster(cluster), targetApi: cluster, images },
  });
  pulled = world.driver;
  closing.push(
    () => workloads[Symbol.dispose](),
    () => world[Symbol.asyncDispose](),
  );
});
afterEach(async () => {
  for (const close of closing.toReversed()) await close();
  for (const table of ['rollouts', 'placements', 'work'] as const)
    await database.db.deleteFrom(table).execute();
});

/** The driver of the cluster itself, as a server that starts makes it. */
function east(): RuntimeDriver {
  const cache = openClusterCache({ api: cluster, platform: platformId, burstMs: 2 });
  const driver = kubernetesRuntime({
    ...{ runtime: 'east', platform: platformId, cluster, cache, ledger: world.ledger, images },
    facts: async () =>
      clusterFacts(
        file.runtimes['east'] as Extract<RuntimeRule, { driver: 'kubernetes' }>,
        await cluster.served(),
      ),
    clock: systemClock,
    wake: () => undefined,
  });
  closing.push(
    () => cache[Symbol.asyncDispose](),
    () => driver[Symbol.asyncDispose](),
  );
  return driver;
}

let onCluster: RuntimeDriver;
beforeEach(() => {
  onCluster = east();
});

const never = { lostSince: () => undefined, [Symbol.asyncDispose]: () => Promise.resolve() };
/** A server of its own each time: nothing is known but what database, repository and cluster say. */
async function pass(): Promise<void> {
  const { db } = database;
  const openers = {
    kubernetes: () => Promise.resolve({ driver: onCluster, ...never }),
    gitops: () => Promise.resolve({ driver: pulled, ...never }),
  };
  const reconciler = createPlacementReconciler({
    ...{ db, platform, waves, store, ledger: world.ledger },
    queries: postgresRuntimeQueries(db),
    // What waits for people to hear of a new address has waited long enough.
    clock: { now: () => new Date(Date.now() + 60_000) },
    runtimes: runtimesByName(platform, openers, systemClock),
    intake: observationIntake({
      ...{ db, store },
      listener: { changed: () => Promise.resolve() },
    }),
    goldenPaths: { goldenPaths: () => Promise.resolve([]) },
    repositoryUrl: (component) => `http://localhost/git/${component}.git`,
    routerPort: 7080,
    releases: { toPlace: () => Promise.resolve({ ...source, needs: {} }) },
  });
  await reconciler.reconcile(id, new AbortController().signal);
}

const row = () => postgresRuntimeQueries(database.db).placement(id);
/** Server and agent go on in turn, until it is so. */
async function until(isSo: () => Promise<boolean>, agent = true): Promise<void> {
  const end = Date.now() + 20_000;
  for (;;) {
    await pass();
    if (agent) await world.argo.sync();
    await new Promise((resolve) => setTimeout(resolve, 10));
    if (await isSo()) return;
    if (Date.now() > end) throw new Error(`not reached: ${JSON.stringify(await row(), null, 1)}`);
  }
}
const serving = async (revision: number): Promise<boolean> => {
  const { observed, leftOn } = await row();
  return (
    leftOn.length === 0 &&
    observed?.rollout?.revision === revision &&
    observed.rollout.step === 'done'
  );
};
async function placed(on: string): Promise<void> {
  file = fileWith(on);
  await transact(database.db, (tx) =>
    service.place(tx, {
      ...{ component: 'shop', environment: 'prod', branch: undefined, release: 2 },
      ...{ instances: { minimum: 2, maximum: 2 }, routes: [], serves: true, expiresAt: undefined },
      ...{ size: undefined, kind: 'deploy', actor: 'eve', why: undefined },
    }),
  );
  await until(() => serving(1));
}
const there = (): readonly LiveObject[] => cluster.objects.in(namespace);
/** What runs, by what tells one from another. */
const running = () =>
  there()
    .filter(({ kind }) => ['Pod', 'ReplicaSet', 'Deployment'].includes(kind))
    .map(({ kind, metadata }) => `${kind} ${metadata.name} ${metadata.uid}`)
    .toSorted();
const rendered = () =>
  there().filter(
    ({ kind, metadata }) =>
      !['Pod', 'ReplicaSet'].includes(kind) &&
      metadata.labels?.['app.kubernetes.io/managed-by'] === 'pltf',
  );
const managers = () =>
  new Set(
    rendered().flatMap(({ metadata }) =>
      (metadata.managedFields ?? []).flatMap(({ manager, operation, subresource }) =>
        operation === 'Apply' && subresource === undefined ? [manager] : [],
      ),
    ),
  );
const marks = () =>
  rendered().flatMap(({ metadata }) =>
    Object.keys({ ...metadata.labels, ...metadata.annotations }).filter((name) =>
      /^argocd\.|^pltf\.dev\/(?:platform|applied|runtime)$|^applyset/.test(name),
    ),
  );
const subjects = async () =>
  (await gitText(world.location, ['log', '--format=%s', 'refs/heads/main'])).split('\n');
const inRepository = async () =>
  (await gitText(world.location, ['ls-tree', '-r', '--name-only', 'main']))
    .split('\n')
    .filter((path) => path.includes('/shop--prod/'))
    .map((path) => path.slice(path.lastIndexOf('/') + 1));

describe('out of a repository onto the same cluster', () => {
  test('the agent lets go, and everything runs on as it is; fields of others stay theirs', async () => {
    await placed('fleet');
    const before = running();
    const key = { apiVersion: 'v1', kind: 'Service', namespace, name: 'shop' };
    cluster.edit(key, 'balancer', { spec: { loadBalancerClass: 'internal' } });
    file = fileWith('east');
    for (let count = 0; count < 3; count += 1) await pass();
    const waiting = await row();
    const meanwhile = { files: await inRepository(), managers: [...managers()] };
    await until(() => serving(2));
    await world.argo.sync();

    expect(before.length).toBeGreaterThan(3);
    expect(waiting).toMatchObject({ runtime: 'east', leftOn: ['fleet'] });
    expect(waiting.observed?.serving?.number).toBe(2);
    expect(waiting.observed?.notes?.at(-1)).toEqual({
      what: 'still on fleet',
      because: expect.stringContaining('its agent is to let go of it first') as string,
    });
    // While the agent has not come to it, nothing is taken from it.
    expect(meanwhile).toEqual({ files: ['manifest.yaml'], managers: ['argocd-controller'] });
    expect(running()).toEqual(before);
    expect([...managers()]).toEqual(['pltf']);
    expect(marks().filter((name) => name.startsWith('argocd.'))).toEqual([]);
    expect(cluster.objects.get(key)?.['spec']).toMatchObject({ loadBalancerClass: 'internal' });
    const owners = cluster.objects.get(key)?.metadata.managedFields?.map(({ manager }) => manager);
    expect(owners).toContain('balancer');
    expect(await inRepository()).toEqual(['TOMBSTONE']);
    expect((await subjects()).slice(0, 2)).toEqual([
      'shop.prod: moved to east',
      'shop.prod: is about to move to east',
    ]);
    expect(await world.ledger.read('fleet', id)).toBeUndefined();
  });

  test('a server that is killed at any request of it goes on from there', async () => {
    await placed('fleet');
    const before = running();
    file = fileWith('east');
    const killed = new Set<string>();
    let isServer = false;
    cluster.fail(({ verb, kind, namespace: inside, name }) => {
      const one = `${verb} ${kind ?? ''} ${name ?? ''}`;
      const concerns = inside === namespace || name === namespace;
      if (!isServer || !concerns || verb === 'watch' || killed.has(one)) return false;
      killed.add(one);
      return true;
    }, new Error('killed'));
    const commit = world.repo.commit.bind(world.repo);
    let commits = 0;
    Object.assign(world.repo, {
      commit: async (...given: Parameters<typeof commit>) => {
        const answer = await commit(...given);
        commits += 1;
        // The commit is made, and nobody is left who knows of it.
        if (commits % 2 === 1) throw new Error('killed');
        return answer;
      },
    });

    for (let kills = 0; !(await serving(2)); kills += 1) {
      expect(kills).toBeLessThan(200);
      isServer = true;
      await pass().catch(async (error: unknown) => {
        if (!String(error).includes('killed')) throw error;
        pulled = await world.restart();
      });
      isServer = false;
      await world.argo.sync();
      await new Promise((resolve) => setTimeout(resolve, 5));
    }

    expect(killed.size).toBeGreaterThan(15);
    expect(running()).toEqual(before);
    expect([...managers()]).toEqual(['pltf']);
    expect(await inRepository()).toEqual(['TOMBSTONE']);
  });

  test('a deletion in the middle of it leaves nothing behind', async () => {
    await placed('fleet');
    file = fileWith('east');
    await pass();
    await world.argo.sync();
    await pass();
    await transact(database.db, (tx) => service.requestRemoval(tx, id, 'eve'));

    await until(async () => {
      const { db } = database;
      return (await postgresRuntimeQueries(db).findPlacement(id)) === undefined;
    });

    expect(there()).toEqual([]);
    expect(await inRepository()).toEqual(['TOMBSTONE']);
  });

  test('the old line again, in the middle of it, has it in the repository as before', async () => {
    await placed('fleet');
    const before = running();
    const manifest = await world.file(`rings/default/${await bucket()}/shop--prod/manifest.yaml`);
    file = fileWith('east');
    await pass();
    await world.argo.sync();

    file = fileWith('fleet');
    await until(() => serving(3));
    await world.argo.sync();

    expect(running()).toEqual(before);
    expect(await inRepository()).toEqual(['manifest.yaml']);
    expect(await world.file(`rings/default/${await bucket()}/shop--prod/manifest.yaml`)).toBe(
      manifest,
    );
    expect([...managers()]).toEqual(['argocd-controller']);
  });
});

describe('into a repository from the same cluster', () => {
  test('the agent takes it over, and nothing is held by us any more; and out again: the same instances', async () => {
    await placed('east');
    const before = running();

    file = fileWith('fleet');
    await until(() => serving(2));
    const pulledNow = {
      running: running(),
      managers: [...managers()],
      marks: marks().filter((name) => !name.startsWith('argocd.')),
      inventory: there().filter(({ metadata }) => metadata.name === 'pltf-inventory'),
      record: await world.ledger.read('east', id),
    };
    file = fileWith('east');
    await until(() => serving(3));

    expect(pulledNow).toEqual({
      ...{ running: before, managers: ['argocd-controller'], marks: [], inventory: [] },
      record: undefined,
    });
    expect(running()).toEqual(before);
    expect([...managers()]).toEqual(['pltf']);
  });
});

const bucket = async (): Promise<string> => {
  const files = await gitText(world.location, ['ls-tree', '-r', '--name-only', 'main']);
  return /rings\/default\/(..)\/shop--prod/.exec(files)?.[1] ?? '';
};
