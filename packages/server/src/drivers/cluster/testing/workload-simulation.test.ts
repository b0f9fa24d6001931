import type { JsonObject, KubernetesObject } from '@pltf/plan/render';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { LiveObject } from '../cluster-api.ts';
import { type MemoryCluster, memoryCluster } from './memory-cluster.ts';
import type { PodFate } from './pod-fate.ts';
import { simulateWorkloads, type WorkloadSimulation } from './workload-simulation.ts';

const fates: Readonly<Record<string, PodFate>> = {
  'web:good': { is: 'ready', afterMs: 1000 },
  'web:crash': { is: 'crashing', exitCode: 3, afterMs: 200 },
  'web:nowhere': { is: 'unpullable' },
  'web:deaf': { is: 'unready' },
  'web:huge': { is: 'pending' },
  'task:good': { is: 'ending', exitCode: 0, afterMs: 500 },
  'task:bad': { is: 'ending', exitCode: 1, afterMs: 500 },
};
const pods = { apiVersion: 'v1', kind: 'Pod' };

let now: number;
let cluster: MemoryCluster;
let simulation: WorkloadSimulation;

beforeEach(async () => {
  now = Date.UTC(2026, 0, 1);
  cluster = memoryCluster({ now: () => now });
  simulation = simulateWorkloads(cluster, {
    now: () => now,
    auto: false,
    fate: (pod) => fates[imageOf(pod)] ?? { is: 'ready' },
  });
  await put({ apiVersion: 'v1', kind: 'Namespace' }, 'shop', {});
});
afterEach(() => simulation[Symbol.dispose]());

const imageOf = (pod: LiveObject): string =>
  (pod['spec'] as { containers: { image: string }[] }).containers[0]?.image ?? '';

async function put(kind: { apiVersion: string; kind: string }, name: string, spec: object) {
  const metadata = {
    name,
    labels: {},
    annotations: {},
    ...(kind.kind === 'Namespace' ? {} : { namespace: 'shop' }),
  };
  const answer = await cluster.apply({ ...kind, metadata, spec } as unknown as KubernetesObject);
  expect(answer.ok).toBe(true);
}
const template = (image: string): JsonObject => ({
  metadata: { labels: { app: 'web' } },
  spec: { containers: [{ name: 'main', image }] },
});
const deploy = (image: string, replicas = 2, more: JsonObject = {}): Promise<void> =>
  put({ apiVersion: 'apps/v1', kind: 'Deployment' }, 'web', {
    replicas,
    progressDeadlineSeconds: 60,
    strategy: { rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } },
    selector: { matchLabels: { app: 'web' } },
    template: template(image),
    ...more,
  });
const later = (ms: number): void => {
  now += ms;
  simulation.pass();
};
const statusOf = async (kind: { apiVersion: string; kind: string }, name: string) =>
  (await cluster.get({ ...kind, namespace: 'shop', name }))?.['status'] as JsonObject;
const deploymentStatus = (): Promise<JsonObject> =>
  statusOf({ apiVersion: 'apps/v1', kind: 'Deployment' }, 'web');
const images = async (): Promise<readonly string[]> =>
  (await cluster.list(pods, { namespace: 'shop' })).items.map(imageOf).sort();

describe('a simulated Deployment', () => {
  it('gets ready pods and says that its new ReplicaSet is available', async () => {
    await deploy('web:good');
    later(0);
    const starting = await deploymentStatus();
    later(1000);

    expect(starting).toMatchObject({ observedGeneration: 1, updatedReplicas: 2, readyReplicas: 0 });
    expect(await deploymentStatus()).toMatchObject({
      readyReplicas: 2,
      availableReplicas: 2,
      conditions: [
        { type: 'Available', status: 'True' },
        { type: 'Progressing', status: 'True', reason: 'NewReplicaSetAvailable' },
      ],
    });
  });

  it('replaces its pods one by one and never has fewer ready ones than asked', async () => {
    await deploy('web:good');
    later(0);
    later(1000);
    await deploy('web:good', 2, { template: template('web:better') });
    const seen: number[] = [];
    for (let step = 0; step < 5; step += 1) {
      later(1000);
      seen.push(Number((await deploymentStatus())['readyReplicas']));
    }

    expect(Math.min(...seen)).toBeGreaterThanOrEqual(2);
    expect(await images()).toEqual(['web:better', 'web:better']);
  });

  it('keeps the old pods and misses its deadline when the new ones crash', async () => {
    await deploy('web:good');
    later(0);
    later(1000);
    await deploy('web:crash');
    later(0);
    later(61_000);

    expect(await images()).toEqual(['web:crash', 'web:good', 'web:good']);
    expect(await deploymentStatus()).toMatchObject({
      readyReplicas: 2,
      updatedReplicas: 1,
      conditions: [
        { type: 'Available', status: 'True' },
        { type: 'Progressing', status: 'False', reason: 'ProgressDeadlineExceeded' },
      ],
    });
    const crashed = (await cluster.list(pods)).items.find((pod) => imageOf(pod) === 'web:crash');
    expect(crashed?.['status']).toMatchObject({
      containerStatuses: [
        {
          restartCount: 2,
          state: { waiting: { reason: 'CrashLoopBackOff' } },
          lastState: { terminated: { exitCode: 3 } },
        },
      ],
    });
  });

  it('goes back to the ReplicaSet that it had', async () => {
    await deploy('web:good');
    later(0);
    later(1000);
    await deploy('web:nowhere');
    later(0);
    const pending = (await cluster.list(pods)).items.find((pod) => imageOf(pod) === 'web:nowhere');
    await deploy('web:good');
    later(0);

    expect(pending?.['status']).toMatchObject({
      phase: 'Pending',
      containerStatuses: [{ state: { waiting: { reason: 'ImagePullBackOff' } } }],
    });
    expect(await images()).toEqual(['web:good', 'web:good']);
    expect((await cluster.list({ apiVersion: 'apps/v1', kind: 'ReplicaSet' })).items).toHaveLength(
      2,
    );
  });

  it('rolls nothing out while it is paused, and is scaled all the same', async () => {
    await deploy('web:good');
    later(0);
    later(1000);
    await deploy('web:deaf', 3, { paused: true });
    later(0);

    expect(await images()).toEqual(['web:good', 'web:good', 'web:good']);
  });

  it('tells of pods that no node takes', async () => {
    await deploy('web:huge', 1);
    later(0);

    expect((await cluster.list(pods)).items[0]?.['status']).toMatchObject({
      phase: 'Pending',
      conditions: [{ type: 'PodScheduled', status: 'False', reason: 'Unschedulable' }],
    });
  });
});

describe('other simulated workloads', () => {
  it('a Job ends well or badly, and says it', async () => {
    const jobs = { apiVersion: 'batch/v1', kind: 'Job' };
    await put(jobs, 'good', { backoffLimit: 0, template: template('task:good') });
    await put(jobs, 'bad', { backoffLimit: 0, template: template('task:bad') });
    later(0);
    const running = await statusOf(jobs, 'good');
    later(500);

    expect(running).toMatchObject({ active: 1 });
    expect(await statusOf(jobs, 'good')).toMatchObject({
      succeeded: 1,
      conditions: [{ type: 'Complete', status: 'True' }],
    });
    expect(await statusOf(jobs, 'bad')).toMatchObject({
      failed: 1,
      conditions: [{ type: 'Failed', reason: 'BackoffLimitExceeded' }],
    });
  });

  it('a CronJob starts a Job when its time has come', async () => {
    const cronJob = { apiVersion: 'batch/v1', kind: 'CronJob', namespace: 'shop', name: 'nightly' };
    const spec = { backoffLimit: 0, template: template('task:good') };
    await put(cronJob, 'nightly', { schedule: '0 3 * * *', jobTemplate: { spec } });
    const job = simulation.fire(cronJob);
    later(0);
    later(500);

    expect(
      await statusOf({ apiVersion: 'batch/v1', kind: 'Job' }, job.metadata.name),
    ).toMatchObject({
      succeeded: 1,
    });
  });

  it('a StatefulSet numbers its pods and replaces the last first', async () => {
    const kind = { apiVersion: 'apps/v1', kind: 'StatefulSet' };
    const spec = { replicas: 2, serviceName: 'db', selector: { matchLabels: { app: 'web' } } };
    await put(kind, 'db', { ...spec, template: template('web:good') });
    later(0);
    later(1000);
    await put(kind, 'db', { ...spec, template: template('web:good2') });
    later(0);
    const all = (await cluster.list(pods)).items;

    expect(all.map((pod) => pod.metadata.name).sort()).toEqual(['db-0', 'db-1']);
    expect(await statusOf(kind, 'db')).toMatchObject({ readyReplicas: 2, updatedReplicas: 2 });
  });
});

it('goes on by itself, and lets pods end in their own time', async () => {
  simulation[Symbol.dispose]();
  const real = memoryCluster();
  using live = simulateWorkloads(real, { fate: () => ({ is: 'ready', afterMs: 20 }), stopMs: 20 });
  cluster = real;
  await put({ apiVersion: 'v1', kind: 'Namespace' }, 'shop', {});
  await deploy('web:good', 1);
  await expect.poll(deploymentStatus).toMatchObject({ readyReplicas: 1 });
  await deploy('web:good', 0);

  await expect.poll(images).toEqual([]);
  expect(live).toBeDefined();
});
