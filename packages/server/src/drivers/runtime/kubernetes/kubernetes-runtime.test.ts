import { ClusterSettings, type LogLine, type ObservedPlacement, PltfError } from '@pltf/contracts';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import {
  type WantedChange,
  wantedPlacement,
} from '../../../modules/runtime/testing/rollout-records.ts';
import type { LiveObject } from '../../cluster/cluster-api.ts';
import type { PodFate } from '../../cluster/testing/pod-fate.ts';
import { type DriverBench, driverBench } from './testing/driver-bench.ts';

const namespace = 'users-api--prod';
const id = 'users-api.prod';
const wanted = (revision: number, release: number, more: WantedChange = {}) =>
  wantedPlacement({ revision, release, run: { startTimeoutMs: 1000 }, ...more });
const ended = ({ rollout }: ObservedPlacement) =>
  ['done', 'rolled-back', 'failed'].includes(rollout?.step ?? '');
const at = (step: string) => (observed: ObservedPlacement) => observed.rollout?.step === step;
const releaseOf = (pod: LiveObject) => pod.metadata.annotations?.['pltf.dev/release'];
const isTask = (pod: LiveObject) => pod.metadata.labels?.['pltf.dev/task'] !== undefined;
/** Pods of one release meet this fate; others get well. */
const fateOf =
  (release: number, fate: PodFate) =>
  (pod: LiveObject): PodFate =>
    releaseOf(pod) === String(release) ? fate : { is: 'ready' };

let bench: DriverBench;
beforeEach(async () => {
  bench = await driverBench();
});
afterEach(() => bench[Symbol.asyncDispose]());

const objectsOf = (kind: string) =>
  bench.cluster.objects.in(namespace).filter((object) => object.kind === kind);
const jobs = () => objectsOf('Job').map(({ metadata }) => metadata.name);

describe('a rollout on a cluster', () => {
  test('comes to its end, and a pass over what is settled writes and asks nothing', async () => {
    const done = await bench.reach(wanted(1, 1), ended);

    expect(done).toMatchObject({ phase: 'running', serving: { number: 1 }, revision: 1 });
    expect(done.instances.map(({ state, release }) => [state, release])).toEqual([
      ['healthy', 1],
      ['healthy', 1],
    ]);
    // Requests are the gateway's to count: nothing is claimed, not even zero.
    expect(done.traffic).toBeUndefined();
    bench.cluster.forgetRequests();
    const again = await bench.driver.apply(wanted(1, 1));
    expect(again.phase).toBe('running');
    expect(bench.cluster.requests).toEqual([]);
  });

  test('is over when its instances are well, however late the cluster is to sum them up', async () => {
    await bench.reach(wanted(1, 1), ended);
    bench.tells = ({ kind }) => kind !== 'Deployment';

    const done = await bench.reach(wanted(2, 2), ended);

    expect(done).toMatchObject({ phase: 'running', serving: { number: 2 } });
    expect(done.instances.map(({ release }) => release)).toEqual([2, 2]);
  });

  test('goes back by itself when its instances end, and says why with their last lines', async () => {
    await bench.reach(wanted(1, 1), ended);
    const crashing = fateOf(2, { is: 'crashing', exitCode: 3 });
    bench.fate = (pod) => {
      bench.cluster.podLogs.write(namespace, pod.metadata.name, 'no database');
      return crashing(pod);
    };

    const back = await bench.reach(wanted(2, 2), ended);

    expect(back).toMatchObject({
      phase: 'running',
      serving: { number: 1 },
      rollout: { step: 'rolled-back', reason: { code: 'crash', log: ['no database'] } },
    });
    expect(back.rollout?.reason?.detail).toContain('exit code 3');
    expect(back.instances.map(({ release }) => release)).toEqual([1, 1]);
  });

  test('tells of instances for which there is no room while it waits', async () => {
    bench.fate = () => ({ is: 'pending' });

    const waiting = await bench.reach(wanted(1, 1), ({ notes = [] }) => notes.length > 0);

    expect(waiting.phase).toBe('rolling');
    expect(waiting.notes?.[0]?.because).toContain('64 MiB of memory');
  });

  test('of a first release that fails leaves no instance', async () => {
    bench.fate = fateOf(1, { is: 'crashing' });

    const failed = await bench.reach(wanted(1, 1), ended);

    expect(failed).toMatchObject({ phase: 'failed', instances: [], rollout: { step: 'failed' } });
  });

  test('runs the release task once, before any instance, whatever server goes on with it', async () => {
    const run = { startTimeoutMs: 1000, release: ['node', 'migrate.js'] };
    bench.fate = (pod) => (isTask(pod) ? { is: 'ending', exitCode: 0 } : { is: 'ready' });
    await bench.reach(wanted(1, 1, { run }), at('release-task'));
    expect(objectsOf('Deployment')).toEqual([]);

    await bench.restart();
    await bench.reach(wanted(1, 1, { run }), ended);
    await bench.reach(wanted(2, 1, { run, restarts: 1 }), ended);

    expect(jobs()).toEqual(['users-api-release-1-1']);
  });

  test('whose release task fails starts no instance', async () => {
    await bench.reach(wanted(1, 1), ended);
    const run = { startTimeoutMs: 1000, release: ['node', 'migrate.js'] };
    bench.fate = (pod) => (isTask(pod) ? { is: 'ending', exitCode: 4 } : { is: 'ready' });

    const back = await bench.reach(wanted(2, 2, { run }), ended);

    expect(back.rollout).toMatchObject({
      step: 'rolled-back',
      reason: { code: 'release-task-failed', detail: expect.stringContaining('exit code 4') },
    });
    expect(
      new Set(
        objectsOf('Pod')
          .filter((pod) => !isTask(pod))
          .map(releaseOf),
      ),
    ).toEqual(new Set(['1']));
  });

  test('is rendered by what its version of the platform says of the cluster, whatever the driver is told since', async () => {
    const saying = (ingressClass: string) => ({ cluster: ClusterSettings.parse({ ingressClass }) });
    const classes = () =>
      objectsOf('Ingress').map((ingress) => Object(ingress['spec'])['ingressClassName']);

    await bench.reach({ ...wanted(1, 1), ...saying('old') }, ended);
    await bench.restart();
    await bench.reach({ ...wanted(1, 1), ...saying('new') }, ended);
    const before = classes();
    await bench.reach({ ...wanted(2, 1), ...saying('new') }, ended);

    expect(before).toEqual(['old']);
    expect(classes()).toEqual(['new']);
  });

  test('of the same release replaces every instance when a restart is asked for', async () => {
    const before = await bench.reach(wanted(1, 1), ended);

    const after = await bench.reach(wanted(2, 1, { restarts: 1 }), ended);

    const old = before.instances.map((one) => one.id);
    expect(after.instances.map((one) => one.id).filter((one) => old.includes(one))).toEqual([]);
    expect(after.instances).toHaveLength(2);
  });

  test('scales without replacing an instance, stops, and starts', async () => {
    const before = await bench.reach(wanted(1, 1), ended);
    const more = await bench.reach(wanted(2, 1, { instances: 3 }), ended);
    expect(more.instances.map((one) => one.id)).toEqual(
      expect.arrayContaining(before.instances.map((one) => one.id)),
    );

    const stopped = await bench.reach(wanted(3, 1, { stopped: true, most: 4 }), ended);
    expect(stopped).toMatchObject({ phase: 'stopped', instances: [] });
    expect(objectsOf('HorizontalPodAutoscaler')).toEqual([]);
    const started = await bench.reach(wanted(4, 1), ended);

    expect(started.instances).toHaveLength(2);
  });

  test('stands still while somebody holds it', async () => {
    await bench.reach(wanted(1, 1), ended);
    bench.fate = fateOf(2, { is: 'ready', afterMs: 60_000 });
    await bench.reach(wanted(2, 2), at('waiting-healthy'));

    const held = await bench.reach(wanted(2, 2, { paused: true }), at('holding'));
    expect(objectsOf('Deployment')[0]?.['spec']).toMatchObject({ paused: true });
    expect(held.notes).toContainEqual(expect.objectContaining({ what: 'rollout' }));
    await bench.reach(wanted(2, 2), at('waiting-healthy'));

    expect(objectsOf('Deployment')[0]?.['spec']).not.toHaveProperty('paused');
  });

  test('is put back when somebody deletes what it consists of', async () => {
    await bench.reach(wanted(1, 1), ended);
    const service = objectsOf('Service')[0];
    const { apiVersion, kind } = service ?? { apiVersion: '', kind: '' };
    await bench.cluster.delete({ apiVersion, kind, namespace, name: 'users-api' });

    const restored = await bench.reach(wanted(1, 1), ({ restored: put = [] }) => put.length > 0);

    expect(restored.restored).toEqual(['Service users-api']);
    expect(objectsOf('Service')).toHaveLength(1);
  });

  test('reports what somebody changed by hand, and does not change it back', async () => {
    await bench.reach(wanted(1, 1), ended);
    const key = { apiVersion: 'apps/v1', kind: 'Deployment', namespace, name: 'users-api' };
    bench.cluster.edit(key, 'kubectl-edit', { spec: { replicas: 5 } });

    const drifted = await bench.reach(wanted(1, 1), ({ drift = [] }) => drift.length > 0);

    expect(drifted.drift).toMatchObject([
      { object: 'Deployment users-api', field: '.spec.replicas', manager: 'kubectl-edit' },
    ]);
    expect((await bench.driver.observe(id)).drift).toEqual(drifted.drift);
    expect(objectsOf('Deployment')[0]?.['spec']).toMatchObject({ replicas: 5 });
  });

  test('leaves nothing in the cluster and the ledger when it is removed', async () => {
    await bench.reach(wanted(1, 1), ended);

    let gone = false;
    for (let looks = 0; looks < 100 && !gone; looks += 1) {
      gone = (await bench.driver.remove(id)) === true;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }

    expect(gone).toBe(true);
    expect(bench.cluster.objects.in(namespace)).toEqual([]);
    expect(await bench.ledger.placements('cluster')).toEqual([]);
  });
});

describe('a one-off task', () => {
  const request = {
    owner: { team: 'team-identity', component: 'users-api' },
    ...{ in: { release: `sha256:${'1'.padStart(64, '0')}` }, env: {}, files: [] },
    run: { command: ['node', 'count.js'] },
    ...{ timeoutMs: 60_000, memoryMiB: 64, placement: id },
  };

  test('runs once, however often it is started, and its end is known', async () => {
    await bench.reach(wanted(1, 1), ended);
    bench.fate = (pod) => (isTask(pod) ? { is: 'ending', exitCode: 7 } : { is: 'ready' });

    await bench.driver.startTask('task_1', request);
    await bench.driver.startTask('task_1', request);
    const result = await bench.driver.awaitTask('task_1', AbortSignal.timeout(10_000));

    expect(result).toMatchObject({ id: 'task_1', state: 'finished', exitCode: 7 });
    expect(jobs()).toEqual(['users-api-task-1']);
  });

  test('of a job is its own program, now, and the last turn by its schedule is known', async () => {
    const job = { kind: 'job', schedule: '0 3 * * *', hosts: [] };
    const placed = await bench.reach(wanted(1, 1, job), ended);
    bench.fate = () => ({ is: 'ending', exitCode: 0 });

    await bench.driver.startTask('task_1', { ...request, run: { program: true } });
    const result = await bench.driver.awaitTask('task_1', AbortSignal.timeout(10_000));
    const [cron] = objectsOf('CronJob');
    const key = { apiVersion: 'batch/v1', kind: 'CronJob', namespace, name: 'users-api' };
    const status = { lastScheduleTime: '2026-11-21T03:00:00Z' };
    bench.cluster.edit(key, 'kube-controller-manager', { status }, 'status');
    const seen = await bench.reach(wanted(1, 1, job), ({ lastTurn }) => lastTurn !== undefined);

    expect([placed.lastTurn, seen.lastTurn]).toEqual([undefined, '2026-11-21T03:00:00.000Z']);
    expect(result).toMatchObject({ exitCode: 0 });
    expect(cron).toBeDefined();
    const [made] = objectsOf('Job');
    expect(JSON.stringify(made?.['spec'])).not.toContain('"command"');
  });

  test('that is cancelled before it has begun ends as cancelled, and not as lost', async () => {
    await bench.reach(wanted(1, 1), ended);
    bench.fate = (pod) => (isTask(pod) ? { is: 'pending' } : { is: 'ready' });
    await bench.driver.startTask('task_1', request);
    await vi.waitFor(() => expect(objectsOf('Pod').some(isTask)).toBe(true));

    await bench.driver.cancelTask('task_1');
    const result = await bench.driver.awaitTask('task_1', AbortSignal.timeout(10_000));

    expect(result).toMatchObject({ state: 'finished', ended: 'cancelled' });
  });

  test('that the cluster makes no pod for says why while it waits, and ends when it is cancelled', async () => {
    await bench.reach(wanted(1, 1), ended);
    bench.refuse = ({ kind }) =>
      kind === 'Job'
        ? 'pods "x" is forbidden: exceeded quota: tight, requested: pods=1, used: pods=2, limited: pods=2'
        : undefined;
    // As an API server of 1.20 has it: a Job that gets no pod is not even said to have begun.
    bench.tells = ({ kind }) => kind !== 'Job';
    await bench.driver.startTask('task_1', request);
    const awaited = bench.driver.awaitTask('task_1', AbortSignal.timeout(20_000));
    const said: string[] = [];
    for await (const line of bench.driver.taskLog('task_1', true, AbortSignal.timeout(20_000))) {
      said.push(line.text);
      await bench.driver.cancelTask('task_1');
    }

    expect(said).toEqual([expect.stringMatching(/pods=1, pods=2 are in use.*fewer instances/)]);
    expect(await awaited).toMatchObject({ state: 'finished', ended: 'cancelled' });
    expect(jobs()).toEqual([]);
  });

  test('whose program is not in the image says so', async () => {
    await bench.reach(wanted(1, 1), ended);
    const message = 'exec: "nothing": executable file not found in $PATH';
    bench.fate = (pod) =>
      isTask(pod) ? { is: 'waiting', reason: 'StartError', message } : { is: 'ready' };
    await bench.driver.startTask('task_1', request);

    for await (const { text } of bench.driver.taskLog('task_1', true, AbortSignal.timeout(9000))) {
      expect(text).toContain('the image has no program nothing');
      break;
    }
    expect.assertions(1);
  });

  test('that went with its Job is not started again', async () => {
    await bench.reach(wanted(1, 1), ended);
    bench.fate = (pod) => (isTask(pod) ? { is: 'ending', exitCode: 0 } : { is: 'ready' });
    await bench.driver.startTask('task_1', request);
    await bench.driver.awaitTask('task_1', AbortSignal.timeout(10_000));
    for (const { apiVersion, kind, metadata } of objectsOf('Job'))
      await bench.cluster.delete({ apiVersion, kind, namespace, name: metadata.name });

    await bench.restart();
    await bench.driver.startTask('task_1', request);

    expect(jobs()).toEqual([]);
  });
});

describe('logs', () => {
  const take = async (lines: AsyncIterable<LogLine>, count: number) => {
    const taken: string[] = [];
    for await (const { text } of lines) {
      taken.push(text);
      if (taken.length === count) break;
    }
    return taken;
  };
  const podNames = () => objectsOf('Pod').map(({ metadata }) => metadata.name);
  const write = (pod: string | undefined, text: string, second: number) =>
    bench.cluster.podLogs.write(namespace, pod ?? '', text, {
      at: `2026-01-01T00:00:${String(second).padStart(2, '0')}.000Z`,
    });

  test('of all instances are merged by time, and cut to what was asked for', async () => {
    await bench.reach(wanted(1, 1), ended);
    const [one, two] = podNames();
    for (const second of [1, 3, 5]) write(one, `one ${second}`, second);
    for (const second of [2, 4, 6]) write(two, `two ${second}`, second);

    const query = { tail: 4, follow: false };
    const lines = bench.driver.logs(id, query, AbortSignal.timeout(5000));

    expect(await take(lines, 10)).toEqual(['one 3', 'two 4', 'one 5', 'two 6']);
  });

  test('that are followed go on with instances that join', async () => {
    await bench.reach(wanted(1, 1, { instances: 1 }), ended);
    const [one] = podNames();
    write(one, 'first', 1);
    const lines = bench.driver.logs(id, { tail: 10, follow: true }, AbortSignal.timeout(10_000));
    const taken = take(lines, 2);

    await bench.reach(wanted(2, 1, { instances: 2 }), ended);
    write(
      podNames().find((name) => name !== one),
      'joined',
      2,
    );

    expect(await taken).toEqual(['first', 'joined']);
  });

  test('that are followed go on with the next instance of the same name, each line once', async () => {
    const run = { startTimeoutMs: 1000, volume: '/srv/uploads' };
    await bench.reach(wanted(1, 1, { instances: 1, run }), ended);
    const [one] = objectsOf('Pod');
    write(one?.metadata.name, 'first', 1);
    const lines = bench.driver.logs(id, { tail: 10, follow: true }, AbortSignal.timeout(10_000));
    const taken = take(lines, 2);

    const rolled = bench.reach(wanted(2, 2, { instances: 1, run }), ended);
    const uids = () => objectsOf('Pod').map(({ metadata }) => metadata.uid);
    await vi.waitFor(() => expect(uids()).not.toContain(one?.metadata.uid), { timeout: 10_000 });
    bench.cluster.podLogs.end(namespace, one?.metadata.name ?? '');
    await rolled;
    write(one?.metadata.name, 'second', 2);

    expect(objectsOf('Pod').map(({ metadata }) => metadata.name)).toEqual([one?.metadata.name]);
    expect(await taken).toEqual(['first', 'second']);
  });

  test('that the cluster does not let us read are no empty log', async () => {
    await bench.reach(wanted(1, 1), ended);
    const detail = 'the cluster does not allow us to get pods/log';
    bench.cluster.fail({ verb: 'log' }, new PltfError('cluster-forbidden', { detail }));

    const lines = bench.driver.logs(id, { tail: 10, follow: false }, AbortSignal.timeout(5000));

    await expect(take(lines, 1)).rejects.toMatchObject({ code: 'cluster-forbidden' });
  });
});
