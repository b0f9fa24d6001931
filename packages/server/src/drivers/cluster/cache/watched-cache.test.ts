import { PltfError } from '@pltf/contracts';
import { addedKinds, type KubernetesObject, servedKinds } from '@pltf/plan/render';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { LiveObject, ObjectKey } from '../cluster-api.ts';
import type { ClusterCache } from '../cluster-cache.ts';
import { type MemoryCluster, memoryCluster } from '../testing/memory-cluster.ts';
import type { PodFate } from '../testing/pod-fate.ts';
import { simulateWorkloads, type WorkloadSimulation } from '../testing/workload-simulation.ts';
import { openClusterCache } from './watched-cache.ts';

const platform = 'ab12cd34';
const labels = { 'pltf.dev/platform': platform, 'app.kubernetes.io/managed-by': 'pltf' };
const unreachable = new PltfError('cluster-unreachable', { detail: 'no connection' });

let cluster: MemoryCluster;
let cache: ClusterCache;
let simulation: WorkloadSimulation | undefined;
let changed: string[];

beforeEach(async () => {
  cluster = memoryCluster();
  await make(object('v1', 'Namespace', 'shop', undefined));
});
afterEach(async () => {
  simulation?.[Symbol.dispose]();
  simulation = undefined;
  await cache[Symbol.asyncDispose]();
});

const object = (
  apiVersion: string,
  kind: string,
  name: string,
  namespace: string | undefined = 'shop',
  fields: object = {},
): KubernetesObject => ({
  apiVersion,
  kind,
  metadata: {
    name,
    ...(namespace === undefined || kind === 'Namespace' ? {} : { namespace }),
    labels: { ...labels, 'applyset.kubernetes.io/part-of': 'set-1' },
    annotations: { 'pltf.dev/applied': 'digest-1' },
  },
  ...(fields as Record<string, never>),
});
const configMap = (name: string, fields: object = { a: '1' }): KubernetesObject =>
  object('v1', 'ConfigMap', name, 'shop', { data: fields });
const deployment = (image: string): KubernetesObject =>
  object('apps/v1', 'Deployment', 'web', 'shop', {
    spec: {
      replicas: 2,
      selector: { matchLabels: { app: 'web' } },
      template: {
        metadata: { labels: { app: 'web', 'app.kubernetes.io/managed-by': 'pltf' } },
        spec: { containers: [{ name: 'main', image }] },
      },
    },
  });
async function make(wanted: KubernetesObject): Promise<LiveObject> {
  const answer = await cluster.apply(wanted);
  if (!answer.ok) throw new Error('conflict');
  return answer.object;
}
const keyOf = ({ apiVersion, kind, metadata }: KubernetesObject): ObjectKey => ({
  apiVersion,
  kind,
  namespace: metadata.namespace,
  name: metadata.name,
});

async function open(options: { discoverMs?: number } = {}): Promise<void> {
  cache = openClusterCache({ api: cluster, platform, longestWaitMs: 40, ...options });
  changed = [];
  cache.onChange((namespace) => changed.push(namespace));
  await cache.ready();
  // What was there at the start is told too.
  await settle();
  changed.length = 0;
}
const names = (namespace = 'shop'): readonly string[] =>
  cache
    .of(namespace)
    .objects.map(({ kind, name }) => `${kind} ${name}`)
    .sort();
const settle = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 80));

describe('what the cache knows', () => {
  it('knows what was there before it', async () => {
    const live = await make(configMap('settings'));
    await open();

    expect(cache.namespaces()).toEqual(['shop']);
    expect(names()).toEqual(['ConfigMap settings', 'Namespace shop']);
    expect(cache.of('shop').objects.find(({ kind }) => kind === 'ConfigMap')).toEqual({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      namespace: 'shop',
      name: 'settings',
      uid: live.metadata.uid,
      resourceVersion: live.metadata.resourceVersion,
      generation: undefined,
      deleting: false,
      finalizers: [],
      applied: 'digest-1',
      partOf: 'set-1',
      owned: live.metadata.managedFields?.[0]?.fieldsV1,
    });
  });

  it('learns of what is made, changed and deleted, and tells each namespace once', async () => {
    await open();
    await make(configMap('one'));
    await make(configMap('two'));
    await expect.poll(() => changed).toEqual(['shop']);
    await cluster.delete(keyOf(configMap('one')));
    await expect.poll(() => changed).toEqual(['shop', 'shop']);

    expect(names()).toEqual(['ConfigMap two', 'Namespace shop']);
  });

  it('does not see what is of another installation or of nobody', async () => {
    await open();
    const foreign = { labels: { 'pltf.dev/platform': 'another1' } };
    cluster.edit(keyOf(configMap('theirs')), 'pltf', { metadata: foreign });
    cluster.edit(keyOf(configMap('plain')), 'kubectl', { data: {} });
    await settle();

    expect(names()).toEqual(['Namespace shop']);
    expect(changed).toEqual([]);
  });

  it('does not wake anybody for a status that nobody asks for', async () => {
    await make(object('v1', 'ResourceQuota', 'quota'));
    await open();
    cluster.edit(keyOf(object('v1', 'ResourceQuota', 'quota')), 'kube', {
      status: { used: { pods: '1' } },
    });
    await settle();

    expect(changed).toEqual([]);
  });

  it('has workloads and their pods with what they say of themselves', async () => {
    const fate = (): PodFate => ({ is: 'crashing', exitCode: 7, reason: 'OOMKilled' });
    simulation = simulateWorkloads(cluster, { fate });
    await open();
    await make(deployment('web:1'));
    await expect.poll(() => cache.of('shop').pods.length).toBe(2);

    const [workload] = cache.of('shop').workloads;
    expect(workload).toMatchObject({ replicas: 2, images: { main: 'web:1' }, paused: false });
    await expect.poll(() => cache.of('shop').workloads[0]?.status.updated).toBe(2);
    expect(cache.of('shop').pods[0]).toMatchObject({
      phase: 'Running',
      ready: false,
      owner: { kind: 'ReplicaSet' },
      scheduled: { ok: true },
      containers: [
        {
          name: 'main',
          image: 'web:1',
          state: 'waiting:CrashLoopBackOff',
          lastEnd: { reason: 'OOMKilled', exitCode: 7 },
        },
      ],
    });
  });

  it('takes in what an apply answered at once, and does not fall back behind it', async () => {
    await open();
    const first = await make(configMap('settings'));
    cache.note(first);
    const second = await make(configMap('settings', { a: '2', b: '3' }));
    cache.note(second);
    const noted = cache.of('shop').objects.find(({ kind }) => kind === 'ConfigMap');
    await settle();

    expect(noted?.resourceVersion).toBe(second.metadata.resourceVersion);
    expect(first.metadata.resourceVersion).not.toBe(second.metadata.resourceVersion);
    expect(changed).toEqual([]);
  });

  it('answers the same object until something changes', async () => {
    await open();

    expect(cache.of('shop')).toBe(cache.of('shop'));
  });

  it('keeps one copy of field trees that are equal', async () => {
    await make(configMap('one'));
    await make(configMap('two'));
    await open();
    const [one, two] = cache.of('shop').objects.filter(({ kind }) => kind === 'ConfigMap');

    expect(one?.owned).toBeDefined();
    expect(one?.owned).toBe(two?.owned);
  });
});

describe('a cache whose cluster does not go along', () => {
  it('goes on from where it was when a watch ends', async () => {
    await open();
    cluster.dropWatches();
    await make(configMap('later'));

    await expect.poll(() => names()).toContain('ConfigMap later');
    expect(
      cluster.requests.filter(({ verb, kind }) => verb === 'list' && kind === 'ConfigMap'),
    ).toHaveLength(1);
  });

  it('lists again when too much was missed, and finds what is gone', async () => {
    await make(configMap('old'));
    await open();
    cluster.dropWatches({ forget: true });
    cluster.fail({ verb: 'watch' }, unreachable, 20);
    await cluster.delete(keyOf(configMap('old')));
    await make(configMap('new'));
    cluster.dropWatches({ forget: true });

    await expect.poll(() => names()).toEqual(['ConfigMap new', 'Namespace shop']);
  });

  it('says since when it does not know anything, and that it knows again', async () => {
    await open();
    const again = cluster.fail(() => true, unreachable);
    cluster.dropWatches();
    await expect.poll(() => cache.lostSince()).toBeInstanceOf(Date);
    again();

    await expect.poll(() => cache.lostSince()).toBeUndefined();
    await make(configMap('after'));
    await expect.poll(() => names()).toContain('ConfigMap after');
  });

  it('is not ready as long as a kind may not be listed, and says why', async () => {
    const forbidden = new PltfError('cluster-forbidden', { detail: 'list services' });
    const allow = cluster.fail({ verb: 'list', kind: 'Service' }, forbidden);
    const troubles: unknown[] = [];
    cache = openClusterCache({
      api: cluster,
      platform,
      longestWaitMs: 20,
      onTrouble: ({ kind, error }) => troubles.push([kind, error]),
    });

    await expect(cache.ready()).rejects.toBe(forbidden);
    expect(troubles[0]).toEqual(['v1/Service', forbidden]);
    expect(cache.lostSince()).toBeUndefined();
    allow();
    await expect
      .poll(() =>
        cache.ready().then(
          () => 'ready',
          () => 'not yet',
        ),
      )
      .toBe('ready');
  });

  it('does not take for known what it may not read any more, and says why', async () => {
    await open();
    const forbidden = new PltfError('cluster-forbidden', { detail: 'watch deployments' });
    const allow = cluster.fail({ kind: 'Deployment' }, forbidden);
    cluster.dropWatches();

    await expect.poll(() => cache.lostBecause()).toBe(forbidden);
    expect(cache.lostSince()).toBeInstanceOf(Date);
    allow();
    await expect.poll(() => cache.lostSince()).toBeUndefined();
  });

  it('says at once that the cluster cannot be reached', async () => {
    cluster.fail(() => true, unreachable);
    cache = openClusterCache({ api: cluster, platform, longestWaitMs: 20 });

    await expect(cache.ready()).rejects.toBe(unreachable);
    expect(cache.lostSince()).toBeInstanceOf(Date);
  });

  it('stops waiting with the signal', async () => {
    const stuck = memoryCluster();
    cluster = Object.assign(stuck, { served: () => new Promise<never>(() => undefined) });
    const never = openClusterCache({ api: memoryCluster(), platform });
    cache = never;
    const waiting = openClusterCache({ api: stuck, platform });
    const end = new AbortController();
    const ready = waiting.ready(end.signal);
    end.abort(new Error('enough'));

    await expect(ready).rejects.toThrow('enough');
  });

  it('notices a kind that is installed later, and forgets one that is taken away', async () => {
    const monitor = (): KubernetesObject =>
      object('monitoring.coreos.com/v1', 'ServiceMonitor', 'web', 'shop', { spec: {} });
    await open({ discoverMs: 20 });
    cluster.serve({ minor: 33, kinds: servedKinds(addedKinds.serviceMonitor) });
    await make(monitor());
    await expect.poll(() => names()).toContain('ServiceMonitor web');
    cluster.serve({ minor: 33, kinds: servedKinds() });

    await expect.poll(() => names()).toEqual(['Namespace shop']);
  });
});

it('asks one list and one watch for each kind, whatever the number of placements', async () => {
  for (let index = 0; index < 20; index += 1) {
    await make(object('v1', 'Namespace', `shop-${index}`, undefined));
  }
  cluster.forgetRequests();
  await open();
  await expect.poll(() => cluster.requests.filter(({ verb }) => verb === 'watch').length).toBe(15);

  expect(cluster.requests.filter(({ verb }) => verb === 'list')).toHaveLength(15);
  expect(cluster.requests.filter(({ verb }) => verb === 'served')).toHaveLength(1);
  expect(cluster.requests).toHaveLength(31);
});
