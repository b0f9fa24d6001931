import { type LogLine, PltfError } from '@pltf/contracts';
import type { SeenPod } from '../../../cluster/cluster-cache.ts';
import { untilSeen } from '../change-wait.ts';
import { jobOf, programOf } from '../rollout/pods.ts';
import type { PassDependencies } from '../rollout/rollout-pass.ts';
import { jobState } from '../rollout/rollout-sight.ts';
import { findSoon, findTask, podOf } from './find-task.ts';
import { taskTrouble } from './task-trouble.ts';

/** How often it is looked why a task does not begin. */
const lookMs = 3_000;

/** Undefined when it takes longer. Held by its timer: a signal that only `any` knows may be collected before it fires. */
async function within<T>(
  ms: number,
  signal: AbortSignal,
  work: (soon: AbortSignal) => Promise<T>,
): Promise<T | undefined> {
  const ending = new AbortController();
  const end = (): void => ending.abort();
  const timer = setTimeout(end, ms);
  signal.addEventListener('abort', end, { once: true });
  try {
    return await work(ending.signal);
  } catch {
    return undefined;
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', end);
  }
}

/** The lines of a task; before them, and after a program that never began, why that is so. */
export async function* taskLog(
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
  let told = '';
  const why = async function* (): AsyncGenerator<LogLine> {
    const seen = cache.of(namespace);
    const job = jobOf(seen, id);
    const waiting = job && { namespace, job, pod: podOf(seen, job) };
    const line = waiting && (await taskTrouble(dependencies, waiting, signal));
    if (line === undefined || line.text === told) return;
    told = line.text;
    yield line;
  };
  let pod = begun();
  while (pod === undefined && follow) {
    pod = await within(lookMs, signal, (soon) => untilSeen(cache, namespace, begun, soon));
    signal.throwIfAborted();
    if (pod === undefined) yield* why();
  }
  if (pod === undefined || pod === 'over') return;
  const container = programOf(pod)?.name;
  const { name } = pod;
  const lines = cluster.podLog(namespace, name, { container, follow, signal });
  for await (const { at, text } of lines) yield { at, text, instance: name, stream: 'out' };
  yield* why();
}
