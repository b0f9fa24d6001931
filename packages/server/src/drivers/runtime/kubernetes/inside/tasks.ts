import { setTimeout as sleep } from 'node:timers/promises';
import { type LogLine, PltfError, type TaskRequest, type TaskResult } from '@pltf/contracts';
import type { Accepted, RolloutRecord } from '../../../../modules/runtime/index.ts';
import type { SeenNamespace, SeenPod, SeenWorkload } from '../../../cluster/cluster-cache.ts';
import { untilSeen } from '../change-wait.ts';
import { changeRecord } from '../rollout/ledger-change.ts';
import { namespaceOfPlacement, taskObjects } from '../rollout/placement-objects.ts';
import { jobOf, podsOf, programOf } from '../rollout/pods.ts';
import { servingOf } from '../rollout/rollout-accept.ts';
import { type PassDependencies, setOf } from '../rollout/rollout-pass.ts';
import { jobState } from '../rollout/rollout-sight.ts';
import { wordsOf } from '../trouble/diagnosis-words.ts';
import { cancelledAnnotation, endedResult, lostResult, runningResult } from './task-result.ts';

export interface KubernetesTasks {
  start(id: string, request: TaskRequest): Promise<TaskResult>;
  await(id: string, signal: AbortSignal): Promise<TaskResult>;
  log(id: string, follow: boolean, signal: AbortSignal): AsyncIterable<LogLine>;
  cancel(id: string): Promise<void>;
}

const rememberedTasks = 200;
const startDeadlineMs = 15_000;

/** One-off tasks as Jobs beside the instances of a placement: the same id never starts twice. */
export function kubernetesTasks(dependencies: PassDependencies): KubernetesTasks {
  return {
    start: (id, request) => startTask(dependencies, id, request),
    await: (id, signal) => awaitTask(dependencies, id, signal),
    log: (id, follow, signal) => taskLog(dependencies, id, follow, signal),
    cancel: (id) => cancelTask(dependencies, id),
  };
}

async function startTask(
  dependencies: PassDependencies,
  id: string,
  request: TaskRequest,
): Promise<TaskResult> {
  const { ledger, runtime, cluster, cache } = dependencies;
  const { placement } = request;
  const entry = placement === undefined ? undefined : await ledger.read(runtime, placement);
  if (placement === undefined || entry === undefined) {
    throw new PltfError('not-found', {
      detail: `nothing of ${placement ?? 'the task'} is on the runtime ${runtime}`,
      fix: 'Deploy it first.',
    });
  }
  const seen = jobOf(cache.of(namespaceOfPlacement(placement)), id);
  if (entry.record.tasks.includes(id) || seen !== undefined) return runningResult(id, undefined);
  const set = setOf(dependencies, placement);
  const accepted = acceptedFor(entry.record, request);
  const target = { accepted, stopped: false, paused: false };
  const job = taskObjects(target, await dependencies.facts(), set.seal, {
    id,
    command: commandOf(request),
    timeoutSeconds: Math.ceil(request.timeoutMs / 1000),
  });
  const { apiVersion, kind, metadata } = job;
  const key = { apiVersion, kind, namespace: set.namespace, name: metadata.name };
  // A Job cannot change: one that a killed server has made is left as it is.
  if ((await cluster.get(key)) === undefined) {
    const result = await cluster.apply(job);
    if (result.ok) cache.note(result.object);
  }
  await changeRecord(ledger, runtime, placement, (record) => ({
    ...record,
    tasks: [...record.tasks, id].slice(-rememberedTasks),
  }));
  return runningResult(id, undefined);
}

/** The release that the task was asked for, as long as it is known; else the one that serves. */
function acceptedFor(record: RolloutRecord, request: TaskRequest): Accepted {
  const known = [servingOf(record), record.current, record.good].filter(
    (one) => one?.image !== undefined,
  );
  const digest = 'release' in request.in ? request.in.release : undefined;
  const found = known.find((one) => one?.wanted.desired.release.digest === digest) ?? known[0];
  if (found !== undefined) return found;
  throw new PltfError('conflict', {
    detail: `${record.placement} has no image yet`,
    fix: 'Wait until its first rollout has begun.',
  });
}

/** Undefined: the program that the image starts by itself. */
function commandOf({ run }: TaskRequest): readonly string[] | undefined {
  if ('command' in run) return run.command;
  if ('program' in run) return undefined;
  throw new PltfError('bad-request', {
    detail: 'a task on Kubernetes is a command',
    fix: 'Give it as arguments: `pltf run NAME -- node migrate.js`.',
  });
}

interface FoundTask {
  readonly namespace: string;
  readonly job: SeenWorkload;
}

/** By what the cache has: tasks are few, and their namespaces are looked through without a request. */
function findTask({ cache }: PassDependencies, id: string): FoundTask | undefined {
  for (const namespace of cache.namespaces()) {
    const job = jobOf(cache.of(namespace), id);
    if (job !== undefined) return { namespace, job };
  }
  return undefined;
}

/** A task that was accepted a moment ago may not be in the cache yet: it is waited for, bounded. */
async function findSoon(
  dependencies: PassDependencies,
  id: string,
  signal: AbortSignal,
): Promise<FoundTask | undefined> {
  await dependencies.cache.ready(signal);
  const until = Date.now() + startDeadlineMs;
  for (;;) {
    const found = findTask(dependencies, id);
    if (found !== undefined || Date.now() >= until) return found;
    await sleep(100, undefined, { signal });
  }
}

const podOf = (seen: SeenNamespace, job: SeenWorkload): SeenPod | undefined =>
  podsOf(seen, job).toSorted((a, b) => (a.createdAt < b.createdAt ? 1 : -1))[0];

async function awaitTask(
  dependencies: PassDependencies,
  id: string,
  signal: AbortSignal,
): Promise<TaskResult> {
  const { cache } = dependencies;
  const found = await findSoon(dependencies, id, signal);
  if (found === undefined) return lostResult(id);
  const { namespace } = found;
  const ended = await untilSeen(
    cache,
    namespace,
    () => {
      const seen = cache.of(namespace);
      const job = jobOf(seen, id);
      if (job === undefined) return { job: undefined, pod: undefined };
      return jobState(job) === 'running' ? undefined : { job, pod: podOf(seen, job) };
    },
    signal,
  );
  if (ended.job === undefined) return lostResult(id);
  return endedResult(id, { job: ended.job, pod: ended.pod });
}

async function* taskLog(
  dependencies: PassDependencies,
  id: string,
  follow: boolean,
  signal: AbortSignal,
): AsyncGenerator<LogLine> {
  const { cache, cluster } = dependencies;
  const found = follow ? await findSoon(dependencies, id, signal) : findTask(dependencies, id);
  if (found === undefined) throw new PltfError('not-found', { detail: `there is no task ${id}` });
  const { namespace } = found;
  const begun = (): SeenPod | 'over' | undefined => {
    const seen = cache.of(namespace);
    const job = jobOf(seen, id);
    const pod = job === undefined ? undefined : podOf(seen, job);
    const state = pod === undefined ? '' : (programOf(pod)?.state ?? '');
    if (pod !== undefined && !state.startsWith('waiting') && state !== '') return pod;
    return job === undefined || jobState(job) !== 'running' ? (pod ?? 'over') : undefined;
  };
  const first = begun();
  if (first === undefined && follow) {
    const why = troubleLine(dependencies, namespace, id);
    if (why !== undefined) yield why;
  }
  const pod = first ?? (follow ? await untilSeen(cache, namespace, begun, signal) : 'over');
  if (pod === 'over') return;
  const container = programOf(pod)?.name;
  const lines = cluster.podLog(namespace, pod.name, { container, follow, signal });
  for await (const { at, text } of lines) yield { at, text, instance: pod.name, stream: 'out' };
}

/** Why a task has not begun, where the cluster says it. */
function troubleLine(
  { cache }: PassDependencies,
  namespace: string,
  id: string,
): LogLine | undefined {
  const seen = cache.of(namespace);
  const job = jobOf(seen, id);
  const pod = job === undefined ? undefined : podOf(seen, job);
  const message = pod?.scheduled.ok === false ? pod.scheduled.message : undefined;
  if (pod === undefined || message === undefined) return undefined;
  const { detail } = wordsOf({
    ...{ kind: 'pending', instance: pod.name, image: '', memoryMiB: 0, startTimeoutMs: 0 },
    ...{ health: undefined, lastEnd: undefined, events: [], volumes: [], message, namespace },
  });
  return { at: new Date().toISOString(), instance: pod.name, stream: 'platform', text: detail };
}

/**
 * A pod that runs is ended and stays, so that its log can be read; where none has begun the Job is over, and keeps that
 * it was cancelled.
 */
async function cancelTask(dependencies: PassDependencies, id: string): Promise<void> {
  const { cache, cluster } = dependencies;
  const found = findTask(dependencies, id);
  if (found === undefined || jobState(found.job) !== 'running') return;
  const { namespace, job } = found;
  const pods = podsOf(cache.of(namespace), job);
  const begun = pods.filter((pod) => programOf(pod)?.state === 'running');
  const over = begun.length === 0 ? { spec: { activeDeadlineSeconds: 1 } } : {};
  const metadata = { annotations: { [cancelledAnnotation]: 'true' } };
  cache.note(await cluster.patch(job, { metadata, ...over }));
  for (const pod of begun) await cluster.patch(pod, { spec: { activeDeadlineSeconds: 1 } });
}
