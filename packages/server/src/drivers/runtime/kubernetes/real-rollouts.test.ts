import { randomBytes } from 'node:crypto';
import type { LogLine, ObservedPlacement } from '@pltf/contracts';
import type { ClusterFacts } from '@pltf/plan/render';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { memoryLedger } from '../../../modules/runtime/testing/memory-ledger.ts';
import {
  type WantedChange,
  wantedPlacement,
} from '../../../modules/runtime/testing/rollout-records.ts';
import { openClusterCache } from '../../cluster/cache/watched-cache.ts';
import type { ClusterApi } from '../../cluster/cluster-api.ts';
import type { ClusterCache } from '../../cluster/cluster-cache.ts';
import { openRealCluster, withoutCluster } from '../../cluster/testing/real-cluster.ts';
import { type KubernetesRuntime, kubernetesRuntime } from './kubernetes-runtime.ts';
import { reach } from './testing/driver-bench.ts';
import { type ProgramImage, programImage, withoutImages } from './testing/program-image.ts';

const missing = withoutCluster() ?? withoutImages();
const id = randomBytes(4).toString('hex');
const environment = `t${id}`;
const placement = `users-api.${environment}`;
const namespace = `users-api--${environment}`;
const withinMs = 120_000;

const ended = ({ rollout }: ObservedPlacement) =>
  ['done', 'rolled-back', 'failed'].includes(rollout?.step ?? '');
const isSettled = (observed: ObservedPlacement) =>
  ended(observed) && observed.instances.every(({ state }) => state === 'healthy');

describe.skipIf(missing !== undefined)(`rollouts on real pods ${missing ?? ''}`, () => {
  let cluster: ClusterApi;
  let cache: ClusterCache;
  let driver: KubernetesRuntime;
  let image: ProgramImage;
  let reference: string;
  const woken = new Set<() => void>();
  let revision = 0;

  beforeAll(async () => {
    image = await programImage();
    reference = image.reference;
    cluster = openRealCluster();
    cache = openClusterCache({ api: cluster, platform: id });
    const served = await cluster.served();
    const facts: ClusterFacts = { minor: served.minor, kinds: served.kinds };
    driver = kubernetesRuntime({
      ...{ runtime: 'cluster', platform: id, cluster, cache, ledger: memoryLedger() },
      images: { image: () => Promise.resolve({ state: 'ready', reference, user: 1000 }) },
      facts: () => Promise.resolve(facts),
      clock: { now: () => new Date() },
      wake: (_placement, at) => {
        const ms = at === undefined ? 0 : Math.max(0, at.getTime() - Date.now());
        setTimeout(() => {
          for (const one of [...woken]) one();
        }, ms).unref();
      },
    });
  });
  afterAll(async () => {
    await driver.remove(placement).catch(() => undefined);
    const key = { apiVersion: 'v1', kind: 'Namespace', name: namespace };
    await cluster.delete(key).catch(() => undefined);
    await driver[Symbol.asyncDispose]();
    await cache[Symbol.asyncDispose]();
    await cluster[Symbol.asyncDispose]();
    image[Symbol.dispose]();
  });

  const roll = (release: number, mode: string, more: WantedChange = {}, to = isSettled) => {
    revision += 1;
    const { run, ...rest } = more;
    const wanted = wantedPlacement({
      ...{ environment, revision, release, instances: 1, hosts: [], ...rest },
      run: { memoryMiB: 96, startTimeoutMs: 15_000, env: { MODE: mode }, ...run },
    });
    return reach(driver, woken, wanted, to, withinMs);
  };

  test('come to their end, and the next release replaces the one before', async () => {
    const first = await roll(1, 'well');
    expect(first).toMatchObject({ phase: 'running', serving: { number: 1 } });

    const second = await roll(2, 'well', { instances: 2 });

    expect(second).toMatchObject({ phase: 'running', serving: { number: 2 } });
    expect(second.instances.map(({ release }) => release)).toEqual([2, 2]);
    expect(second.drift ?? []).toEqual([]);
  });

  test.each([
    ['ends', 'crash', 'crash'],
    ['needs too much memory', 'greedy', 'out-of-memory'],
    ['is never well', 'unwell', 'unhealthy'],
  ])('go back by themselves from a release that %s', async (_, mode, code) => {
    const back = await roll(3, mode);

    expect(back).toMatchObject({
      phase: 'running',
      serving: { number: 2 },
      rollout: { step: 'rolled-back', reason: { code } },
    });
    expect(back.rollout?.reason?.log.join('\n')).toContain(`release 3 is ${mode}`);
    // As many as there were: the number was a part of what failed.
    expect(back.instances.map(({ release }) => release)).toEqual([2, 2]);
  });

  test('go back from an image that the registry does not have', async () => {
    const right = reference;
    reference = `${right.split('@')[0]}@sha256:${'0'.repeat(64)}`;
    try {
      const back = await roll(4, 'well');
      expect(back.rollout).toMatchObject({
        step: 'rolled-back',
        reason: { code: 'image-not-found' },
      });
    } finally {
      reference = right;
    }
  });

  test('run a release task once, before the release has an instance', async () => {
    const release = ['node', '-e', 'console.log("migrated")'];

    const done = await roll(5, 'well', { run: { release } });

    expect(done).toMatchObject({ rollout: { step: 'done' }, serving: { number: 5 } });
    const { items } = await cluster.list({ apiVersion: 'batch/v1', kind: 'Job' }, { namespace });
    expect(items.map(({ metadata }) => metadata.name)).toEqual([`users-api-release-5-${revision}`]);
  });

  test('tell of a release task that fails, with its last lines', async () => {
    const release = ['node', '-e', 'console.log("no such table"); process.exit(4)'];

    const back = await roll(6, 'well', { run: { release } });

    expect(back.rollout).toMatchObject({
      step: 'rolled-back',
      reason: { code: 'release-task-failed', log: ['no such table'] },
    });
  });

  test('have logs, commands in instances, and tasks beside them', async () => {
    const lines: LogLine[] = [];
    const query = { tail: 1000, follow: true };
    for await (const line of driver.logs(placement, query, AbortSignal.timeout(20_000))) {
      lines.push(line);
      if (lines.some(({ text }) => text === 'tick')) break;
    }
    expect(lines.map(({ text }) => text)).toContain('release 5 is well');

    const written = async (command: readonly string[], stdin?: string) => {
      const output: unknown[] = [];
      const request = { command, stdin };
      for await (const part of driver.exec(placement, request, AbortSignal.timeout(20_000)))
        output.push(part);
      return output;
    };
    expect(await written(['sh', '-c', 'echo $PLTF_RELEASE; exit 6'])).toEqual([
      { stream: 'out', text: '5\n' },
      { exitCode: 6 },
    ]);
    expect(await written(['wc', '-c'], `${'ä'.repeat(50_000)}\n`)).toEqual([
      { stream: 'out', text: '100001\n' },
      { exitCode: 0 },
    ]);

    const task = (command: readonly string[], timeoutMs = 60_000) => ({
      owner: { team: 'team-identity', component: 'users-api' },
      ...{ in: { release: `sha256:${'5'.padStart(64, '0')}` }, env: {}, files: [] },
      ...{ run: { command: [...command] }, timeoutMs, memoryMiB: 96, placement },
    });
    await driver.startTask(
      'task_A1',
      task(['node', '-e', 'console.log("counted"); process.exit(9)']),
    );
    const result = await driver.awaitTask('task_A1', AbortSignal.timeout(60_000));
    expect(result).toMatchObject({ state: 'finished', exitCode: 9 });
    const said: string[] = [];
    for await (const { text } of driver.taskLog('task_A1', true, AbortSignal.timeout(20_000)))
      said.push(text);
    expect(said).toEqual(['counted']);

    await driver.startTask(
      'task_B2',
      task(['node', '-e', 'console.log("on"); setInterval(() => 0, 1e3)'], 3000),
    );
    const late = await driver.awaitTask('task_B2', AbortSignal.timeout(60_000));
    expect(late).toMatchObject({ state: 'finished', ended: 'timeout' });
  });

  test('show what the cluster has of them: objects, events, conditions and last lines', async () => {
    const found = await driver.evidence?.(placement, AbortSignal.timeout(30_000));

    expect(found?.missing).toEqual([]);
    expect(found?.objects.map(({ object }) => object)).toEqual(
      expect.arrayContaining([`Namespace ${namespace}`, expect.stringMatching(/^Deployment /)]),
    );
    expect(JSON.stringify(found)).not.toContain('managedFields');
    expect(found?.events.map(({ reason }) => reason)).toContain('Scheduled');
    // A kubelet keeps pods that have ended for some seconds: those are not ready.
    const instance = found?.instances.find(({ conditions }) =>
      conditions.some(({ type, status }) => type === 'Ready' && status === 'True'),
    );
    expect(instance?.containers[0]?.log.join('\n')).toContain('release 5 is well');
  });

  test('are as quick back as pods start, and hold, stop and start', async () => {
    const began = Date.now();
    const back = await roll(2, 'well', {}, ({ serving }) => serving?.number === 2);
    const tookMs = Date.now() - began;
    expect(back.serving?.number).toBe(2);
    expect(tookMs).toBeLessThan(30_000);

    const stopped = await roll(2, 'well', { stopped: true });
    expect(stopped).toMatchObject({ phase: 'stopped', instances: [] });
    const started = await roll(2, 'well');
    expect(started).toMatchObject({ phase: 'running' });
  });

  test('say what holds a removal, and leave nothing once that has let go', async () => {
    const until = Date.now() + withinMs;
    const held = { apiVersion: 'v1', kind: 'Service', namespace, name: 'users-api' };
    const finalizers = (names: readonly string[] | null) =>
      cluster.patch(held, { metadata: { finalizers: names === null ? null : [...names] } });
    await finalizers(['example.com/keep']);
    const left = async (): Promise<string> => {
      expect(await driver.remove(placement)).toBe(false);
      return (await driver.observe(placement)).leftovers.join('\n');
    };
    await expect
      .poll(left, { timeout: 60_000, interval: 300 })
      .toMatch(/^Service users-api: held by example.com\/keep, being deleted since .*kubectl/m);
    await finalizers(null);

    while (!(await driver.remove(placement))) {
      if (Date.now() > until) throw new Error('still there');
      await new Promise((resolve) => setTimeout(resolve, 300));
    }

    const key = { apiVersion: 'v1', kind: 'Namespace', name: namespace };
    expect(await cluster.get(key)).toBeUndefined();
    await expect(driver.observe(placement)).rejects.toThrow('nothing of');
  });
});
