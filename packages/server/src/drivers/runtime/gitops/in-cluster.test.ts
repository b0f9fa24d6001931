import type { LogLine, TaskRequest } from '@pltf/contracts';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { wantedPlacement } from '../../../modules/runtime/testing/rollout-records.ts';
import type { LiveObject } from '../../cluster/cluster-api.ts';
import { type MemoryCluster, memoryCluster } from '../../cluster/testing/memory-cluster.ts';
import { simulateWorkloads } from '../../cluster/testing/workload-simulation.ts';
import { gitopsWorld, type World } from './testing/gitops-world.ts';
import { memoryClusterTarget } from './testing/memory-cluster-target.ts';

const placement = 'users-api.prod';
const namespace = 'users-api--prod';
const within = () => AbortSignal.timeout(10_000);
const isTask = ({ metadata }: LiveObject): boolean =>
  metadata.labels?.['pltf.dev/task'] !== undefined;
let world: World;
let cluster: MemoryCluster;
let workloads: Disposable;

beforeEach(async () => {
  cluster = memoryCluster({
    exec: async function* (pod, { command }) {
      yield { stream: 'out', text: `${pod.metadata.namespace} ${command.join(' ')}` };
      yield { exitCode: 0 };
    },
  });
  workloads = simulateWorkloads(cluster, {
    fate: (pod) => (isTask(pod) ? { is: 'ending', exitCode: 0 } : { is: 'ready' }),
    stopMs: 20,
  });
  world = await gitopsWorld({ target: memoryClusterTarget(cluster), targetApi: cluster });
});
afterEach(async () => {
  await world[Symbol.asyncDispose]();
  workloads[Symbol.dispose]();
});

/** Argo CD syncs again and again, until the placement is as wanted. */
async function until<T>(look: () => Promise<T>, isSo: (seen: T) => boolean): Promise<T> {
  const end = Date.now() + 10_000;
  for (;;) {
    await world.argo.sync();
    await new Promise((resolve) => setTimeout(resolve, 20));
    const seen = await look();
    if (isSo(seen) || Date.now() > end) return seen;
  }
}
const served = (release = 1) =>
  until(
    () => world.driver.apply(wantedPlacement({ release, revision: release })),
    ({ serving, instances }) =>
      serving?.number === release && instances.every((one) => one.release === release),
  );
async function* none(): AsyncGenerator<never> {}
const taken = async <T>(lines: AsyncIterable<T>): Promise<readonly T[]> => {
  const found: T[] = [];
  for await (const line of lines) found.push(line);
  return found;
};

describe('where a context leads to the cluster of the placements', () => {
  test('its pods are its instances, each with its release and how it is', async () => {
    const first = await served(1);
    const second = await served(2);

    expect(first.instances.map(({ release, state }) => [release, state])).toEqual([
      [1, 'healthy'],
      [1, 'healthy'],
    ]);
    expect(second.instances.map(({ release }) => release)).toEqual([2, 2]);
  });

  test('the lines of all its instances are merged', async () => {
    const { instances } = await served();
    const [one, other] = instances;
    const at = (second: number) => ({ at: `2026-11-21T10:00:0${second}.000Z` });
    cluster.podLogs.write(namespace, one?.id ?? '', 'first', at(1));
    cluster.podLogs.write(namespace, other?.id ?? '', 'second', at(2));
    cluster.podLogs.write(namespace, one?.id ?? '', 'third', at(3));

    const lines = await taken<LogLine>(
      world.driver.logs(placement, { tail: 10, follow: false }, within()),
    );

    expect(lines.map(({ instance, text }) => [instance, text])).toEqual([
      [one?.id, 'first'],
      [other?.id, 'second'],
      [one?.id, 'third'],
    ]);
  });

  test('a command runs inside an instance, and nowhere when it has none', async () => {
    await served();
    const run = () =>
      taken(world.driver.exec?.(placement, { command: ['id'] }, within()) ?? none());
    const out = await run();
    await cluster.delete({
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      namespace,
      name: 'users-api',
    });
    await until(
      async () => (await world.driver.observe(placement)).instances,
      (instances) => instances.length === 0,
    );

    expect(out).toEqual([{ stream: 'out', text: 'users-api--prod id' }, { exitCode: 0 }]);
    await expect(run()).rejects.toMatchObject({ code: 'not-found' });
  });

  test('a task runs once beside its instances, from the image of its release, and is no instance', async () => {
    const { instances } = await served();
    const task: TaskRequest = {
      ...{ id: 'task-1', placement, in: { release: 'sha256:none' } },
      ...{ run: { command: ['node', 'migrate.js'] }, timeoutMs: 60_000 },
    } as unknown as TaskRequest;

    await world.driver.startTask('task-1', task);
    await world.driver.startTask('task-1', task);
    const ended = await world.driver.awaitTask('task-1', within());

    const jobs = (await cluster.list({ apiVersion: 'batch/v1', kind: 'Job' }, { namespace })).items;
    expect(jobs).toHaveLength(1);
    expect(JSON.stringify(jobs[0])).toContain('registry.example.com/users-api@sha256:');
    expect(ended).toMatchObject({ state: 'finished', exitCode: 0 });
    expect((await world.driver.observe(placement)).instances).toHaveLength(instances.length);
  });

  test('what the cluster shows of it is there for whoever looks into a fault', async () => {
    await served();

    const found = await world.driver.evidence?.(placement, within());

    expect(found?.instances).toHaveLength(2);
    expect(found?.objects.map(({ object }) => object)).toContain('Deployment users-api');
  });

  test('instances are unknown, and not none, while the cluster gives no answer', async () => {
    await served();
    const refused = Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' });
    cluster.fail({ verb: 'list' }, refused);
    cluster.fail({ verb: 'watch' }, refused);
    const driver = await world.restart();

    const observed = await driver.observe(placement);

    expect(observed.notes).toContainEqual({
      what: 'instances',
      because: 'unknown: the cluster that they are in gives no answer',
    });
  });
});
