import { setTimeout as sleep } from 'node:timers/promises';
import { ObservedPlacement } from '@pltf/contracts';
import { openClusterCache } from '../../packages/server/src/drivers/cluster/cache/watched-cache.ts';
import type { ClusterCache } from '../../packages/server/src/drivers/cluster/cluster-cache.ts';
import { openCluster } from '../../packages/server/src/drivers/cluster/http/http-cluster.ts';
import { kubeconfigSource } from '../../packages/server/src/drivers/cluster/http/kubeconfig.ts';
import { platformLabel } from '../../packages/server/src/drivers/runtime/kubernetes/apply/index.ts';
import { placementReconciler } from '../../packages/server/src/modules/runtime/loops.ts';
import { wakePlacements } from '../../packages/server/src/modules/runtime/placement/placement-wakes.ts';
import { openPool } from '../../packages/server/src/persistence/pool.ts';
import type { Db } from '../../packages/server/src/persistence/transaction.ts';
import type { TestPlatform } from '../../test/e2e/support/platform.ts';
import { databaseUrl } from '../measuring/seeded-catalogue.ts';
import { type SeededServices, seedServices, specFrom } from '../measuring/seeded-fleet.ts';
import { newPlatform, removeAll } from './bench-cluster.ts';
import { currentContext, kubectl } from './kubectl.ts';

const environment = 'prod';
const lookEveryMs = 50;

/** Stopped placements that a whole platform has in a real cluster: by its own database, reconcilers and driver. */
export interface ServedFleet extends AsyncDisposable {
  /** Has the server look at all of them, and waits until it has nothing more to do. */
  passOverAll(): Promise<void>;
  /** How many the cluster has, by what the server has seen. */
  settled(): Promise<number>;
  /** Changes one line of one spec; how long it takes until the API server shows it to everybody who watches, in ms. */
  changeOne(round: number): Promise<number>;
}

export async function servedFleet(
  platform: TestPlatform,
  placements: number,
  signal: AbortSignal,
): Promise<ServedFleet> {
  const context = await currentContext(signal);
  await runOnCluster(platform, context);
  const prefix = `served-${newPlatform()}`;
  const db = openPool({ url: await databaseUrl(platform.data), size: 2, onError: () => undefined });
  const seeded: SeededServices = {
    ...{ prefix, placements, environments: [environment], runState: 'stopped' },
    specOf: (name) => specWith(name, 'first'),
  };
  await seedServices(db, seeded);
  const ids = Array.from(
    { length: placements },
    (_, index) => `${prefix}-${index + 1}.${environment}`,
  );
  let watched: Watched | undefined;
  return {
    settled: () => stoppedPlacements(db, prefix),
    passOverAll: async () => {
      await wakePlacements(db, ids);
      while ((await workLeft(db)) > 0) await sleep(lookEveryMs, undefined, { signal });
    },
    changeOne: async (round) => {
      watched ??= await watch(context, await installationOf(prefix), signal);
      const component = `${prefix}-${(round % placements) + 1}`;
      const since = performance.now();
      await change(db, component, `round-${round}`, watched.cache);
      const took = performance.now() - since;
      await isThere(`${component}--${environment}`, `round-${round}`);
      return took;
    },
    [Symbol.asyncDispose]: async () => {
      await watched?.[Symbol.asyncDispose]();
      await db.destroy();
      const installation = await installationOf(prefix);
      // It would put back what is taken from it.
      await platform.stop();
      if (installation !== '') await removeAll(installation);
    },
  };
}

/** The image is one that is there already, as a Score file names it: none is built. */
function specWith(name: string, setting: string): string {
  const settings = `{LOG_LEVEL: info, SETTING: ${setting}}`;
  const spec = specFrom(
    `kind: service\nname: ${name}\nrun: {command: node server.js, port: 8080, env: ${settings}}\n`,
  );
  const image = `registry.example.com/${name}@sha256:${'0'.repeat(64)}`;
  const run = { ...spec.run[environment], image };
  return JSON.stringify({ ...spec, run: { ...spec.run, [environment]: run } });
}

async function runOnCluster({ client }: TestPlatform, context: string): Promise<void> {
  const { version } = await client.getPlatform({});
  const file = `runtimes:
  agent: {driver: agent}
  cluster: {driver: kubernetes, context: ${context}, registry: registry.example.com/pltf}
environments:
  - {name: preview, kind: preview}
  - {name: ${environment}, kind: stable, follows: promotion, runtime: cluster}
`;
  await client.applyPlatform({
    body: {
      files: { 'platform.yaml': file },
      expected: { version: version.number, digest: version.digest },
    },
  });
}

async function workLeft(db: Db): Promise<number> {
  const row = await db
    .selectFrom('work')
    .select(({ fn }) => [fn.countAll<string>().as('rows'), fn.max('last_error').as('failed')])
    .where('reconciler', '=', placementReconciler)
    .executeTakeFirstOrThrow();
  if (row.failed !== null) throw new Error(`a look at a placement failed: ${row.failed}`);
  return Number(row.rows);
}

async function stoppedPlacements(db: Db, prefix: string): Promise<number> {
  const rows = await db
    .selectFrom('placements')
    .select('observed')
    .where('id', 'like', `${prefix}-%`)
    .execute();
  return rows.filter(
    ({ observed }) => ObservedPlacement.safeParse(observed).data?.phase === 'stopped',
  ).length;
}

/** By what the server wrote on its namespaces. */
async function installationOf(prefix: string): Promise<string> {
  const name = `${prefix}-1--${environment}`;
  const label = platformLabel.replaceAll('.', '\\.');
  const output = `--output=jsonpath={.metadata.labels.${label}}`;
  return (await kubectl(['get', 'namespace', name, '--ignore-not-found', output])).trim();
}

interface Watched extends AsyncDisposable {
  readonly cache: ClusterCache;
}

/** Somebody else who watches the same cluster. */
async function watch(context: string, installation: string, signal: AbortSignal): Promise<Watched> {
  const api = openCluster({ name: 'bench', context, kubeconfig: kubeconfigSource(process.env) });
  const cache = openClusterCache({ api, platform: installation });
  await cache.ready(signal);
  return {
    cache,
    [Symbol.asyncDispose]: async () => {
      await cache[Symbol.asyncDispose]();
      await api[Symbol.asyncDispose]();
    },
  };
}

/**
 * One transaction, as a deploy leaves it (a release, the placement that wants it, the work that is due), until whoever
 * watches the cluster sees another workload.
 */
async function change(db: Db, component: string, setting: string, cache: ClusterCache) {
  const id = `${component}.${environment}`;
  const namespace = `${component}--${environment}`;
  const workload = () => cache.of(namespace).workloads[0]?.applied;
  const before = workload();
  const seen = new Promise<void>((resolve) => {
    const stop = cache.onChange(() => {
      if (workload() === before) return;
      stop();
      resolve();
    });
  });
  const spec = specWith(component, setting);
  await db.transaction().execute(async (tx) => {
    const last = await tx
      .selectFrom('releases')
      .selectAll()
      .where('component', '=', component)
      .orderBy('number', 'desc')
      .executeTakeFirstOrThrow();
    const next = { number: last.number + 1, id: `${last.id}x`, spec };
    await tx
      .insertInto('releases')
      .values({ ...last, ...next })
      .execute();
    await tx
      .updateTable('placements')
      .set((column) => ({ release: next.number, revision: column('revision', '+', 1) }))
      .where('id', '=', id)
      .execute();
    await wakePlacements(tx, [id]);
  });
  await seen;
}

async function isThere(namespace: string, setting: string): Promise<void> {
  const settings = await kubectl([
    'get',
    'configmaps',
    `--namespace=${namespace}`,
    '--output=json',
  ]);
  if (!settings.includes(setting)) throw new Error(`${namespace} has no ${setting}`);
}
