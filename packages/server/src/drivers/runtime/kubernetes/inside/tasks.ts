import { setTimeout as sleep } from 'node:timers/promises';
import { type LogLine, PltfError, type TaskRequest, type TaskResult } from '@pltf/contracts';
import type { Accepted, RolloutRecord } from '../../../../modules/runtime/index.ts';
import type { SeenWorkload } from '../../../cluster/cluster-cache.ts';
import { untilSeen } from '../change-wait.ts';
import { changeRecord } from '../rollout/ledger-change.ts';
import { namespaceOfPlacement, taskObjects } from '../rollout/placement-objects.ts';
import { jobOf, podsOf, programOf } from '../rollout/pods.ts';
import { servingOf } from '../rollout/rollout-accept.ts';
import { type PassDependencies, setOf } from '../rollout/rollout-pass.ts';
import { jobState } from '../rollout/rollout-sight.ts';
import { findSoon, findTask, podOf } from './find-task.ts';
import { taskLog } from './task-log.ts';
import {
  askedAnnotation,
  cancelledAnnotation,
  endedResult,
  lostResult,
  runningResult,
} from './task-result.ts';

export interface KubernetesTasks {
  start(id: string, request: TaskRequest): Promise<TaskResult>;
  await(id: string, signal: AbortSignal): Promise<TaskResult>;
  log(id: string, follow: boolean, signal: AbortSignal): AsyncIterable<LogLine>;
  cancel(id: string): Promise<void>;
}

const rememberedTasks = 200;
/** A cluster that may not make the pod of a task (a quota, a check that refuses) never ends its Job by itself. */
const madeWithinMs = 60_000;

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
  const annotations = { ...metadata.annotations, [askedAnnotation]: new Date().toISOString() };
  const key = { apiVersion, kind, namespace: set.namespace, name: metadata.name };
  // A Job cannot change: one that a killed server has made is left as it is.
  if ((await cluster.get(key)) === undefined) {
    const result = await cluster.apply({ ...job, metadata: { ...metadata, annotations } });
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

async function awaitTask(
  dependencies: PassDependencies,
  id: string,
  signal: AbortSignal,
): Promise<TaskResult> {
  const { cache } = dependencies;
  const found = await findSoon(dependencies, id, signal);
  if (found === undefined) return lostResult(id);
  const { namespace } = found;
  const ended = () => {
    const seen = cache.of(namespace);
    const job = jobOf(seen, id);
    if (job === undefined) return { job: undefined, pod: undefined };
    const pod = podOf(seen, job);
    const over = jobState(job) !== 'running' || (pod === undefined && isCancelled(job));
    return over ? { job, pod } : undefined;
  };
  void giveUpUnmade(dependencies, id, signal);
  const { job, pod } = await untilSeen(cache, namespace, ended, signal);
  if (job === undefined) return lostResult(id);
  const result = endedResult(id, { job, pod });
  // Its own controller would keep it for ever: it never began.
  if (jobState(job) === 'running')
    await dependencies.cluster.delete(job, { uid: job.uid, propagation: 'Background' });
  return result;
}

const isCancelled = ({ annotations }: SeenWorkload): boolean =>
  annotations[cancelledAnnotation] !== undefined;

/** Ends a task that got no pod in its time; what is written on its Job tells whoever awaits it. */
async function giveUpUnmade(
  dependencies: PassDependencies,
  id: string,
  signal: AbortSignal,
): Promise<void> {
  const unmade = (): SeenWorkload | undefined => {
    const found = findTask(dependencies, id);
    if (found === undefined || jobState(found.job) !== 'running') return undefined;
    const pod = podOf(dependencies.cache.of(found.namespace), found.job);
    return pod === undefined ? found.job : undefined;
  };
  try {
    const asked = Date.parse(unmade()?.annotations[askedAnnotation] ?? '');
    if (Number.isNaN(asked)) return;
    await sleep(Math.max(0, asked + madeWithinMs - Date.now()), undefined, { signal, ref: false });
    const job = unmade();
    if (job !== undefined) await endUnmade(dependencies, job, 'not-started');
  } catch {
    // Nobody waits any more, or the cluster is away: who awaits it next tries again.
  }
}

/** No pod is made of it from now on. */
async function endUnmade(
  { cluster }: PassDependencies,
  job: SeenWorkload,
  because: 'cancelled' | 'not-started',
): Promise<void> {
  const metadata = { annotations: { [cancelledAnnotation]: because } };
  // Not noted: what the watch tells wakes whoever awaits it.
  await cluster.patch(job, { metadata, spec: { parallelism: 0 } });
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
  if (pods.length === 0) return endUnmade(dependencies, job, 'cancelled');
  const begun = pods.filter((pod) => programOf(pod)?.state === 'running');
  const over = begun.length === 0 ? { spec: { activeDeadlineSeconds: 1 } } : {};
  const metadata = { annotations: { [cancelledAnnotation]: 'cancelled' } };
  cache.note(await cluster.patch(job, { metadata, ...over }));
  for (const pod of begun) await cluster.patch(pod, { spec: { activeDeadlineSeconds: 1 } });
}
