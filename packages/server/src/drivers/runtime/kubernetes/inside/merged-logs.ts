import { type LogLine, PltfError } from '@pltf/contracts';
import type { LogQuery } from '../../../../modules/runtime/index.ts';
import type { ClusterApi, PodLogOptions } from '../../../cluster/cluster-api.ts';
import type { ClusterCache, SeenPod } from '../../../cluster/cluster-cache.ts';
import { inParallel } from '../apply/in-parallel.ts';
import { untilSeen } from '../change-wait.ts';
import { isTaskPod, programOf } from '../rollout/pods.ts';

export interface LogDependencies {
  readonly cluster: ClusterApi;
  readonly cache: ClusterCache;
}

/** Lines that may wait for a slow reader, of all instances together. */
const mostWaiting = 500;
/** After a stream that broke while its program goes on. */
const againMs = 500;
/** Instances whose past is read at once. */
const atOnce = 8;
/** What concerns no single pod: whoever asks has to hear of it, and not that there are no lines. */
const ofCluster: ReadonlySet<string> = new Set([
  'cluster-credentials',
  'cluster-forbidden',
  'cluster-unreachable',
]);

const podsIn = ({ cache }: LogDependencies, namespace: string, instance: string | undefined) =>
  cache
    .of(namespace)
    .pods.filter((pod) => !isTaskPod(pod) && (instance === undefined || pod.name === instance));

const restartsOf = (pod: SeenPod): number => programOf(pod)?.restarts ?? 0;

const hasBegun = (pod: SeenPod): boolean => {
  const container = programOf(pod);
  const state = container?.state ?? '';
  return state === 'running' || state.startsWith('terminated') || (container?.restarts ?? 0) > 0;
};

/**
 * The lines of all instances, merged by time: the last `tail` of them, those before a restart included; then, when
 * followed, whatever comes, of instances that join later too.
 */
export async function* mergedLogs(
  dependencies: LogDependencies,
  namespace: string,
  query: LogQuery,
  signal: AbortSignal,
): AsyncGenerator<LogLine> {
  await dependencies.cache.ready(signal);
  const pods = podsIn(dependencies, namespace, query.instance).filter(hasBegun);
  const began = new Date();
  const past = await lastOf(dependencies, pods, query.tail, signal);
  yield* past;
  if (!query.follow) return;
  const seen = new Map<string, string>();
  for (const { instance, at } of past) seen.set(instance, at);
  for (const pod of pods) if (!seen.has(pod.name)) seen.set(pod.name, began.toISOString());
  yield* followed(dependencies, { namespace, instance: query.instance, seen }, signal);
}

/** Never more than twice `tail` lines are held, however many instances there are. */
async function lastOf(
  dependencies: LogDependencies,
  pods: readonly SeenPod[],
  tail: number,
  signal: AbortSignal,
): Promise<readonly LogLine[]> {
  let kept: LogLine[] = [];
  if (tail === 0) return kept;
  const cut = (): void => {
    kept = kept.toSorted((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : 0)).slice(-tail);
  };
  await inParallel(pods, atOnce, async (pod) => {
    for (const previous of restartsOf(pod) > 0 ? [true, false] : [false]) {
      for await (const line of linesOf(dependencies, pod, { tail, previous, signal })) {
        kept.push(line);
        if (kept.length >= 2 * tail) cut();
      }
    }
  });
  cut();
  return kept;
}

/**
 * One container's lines; a pod that is gone, or whose container has not begun, has none. Throws where the cluster gives
 * no lines at all.
 */
async function* linesOf(
  { cluster }: LogDependencies,
  pod: SeenPod,
  options: PodLogOptions,
): AsyncGenerator<LogLine> {
  const container = programOf(pod)?.name;
  try {
    const lines = cluster.podLog(pod.namespace ?? '', pod.name, { ...options, container });
    for await (const { at, text } of lines) yield { at, text, instance: pod.name, stream: 'out' };
  } catch (error) {
    const concernsAll = error instanceof PltfError && ofCluster.has(error.code);
    if (options.signal.aborted || concernsAll) throw error;
  }
}

/** Lines that wait to be read; who adds to a full one waits, so that a slow reader costs no memory. */
class LineQueue {
  readonly #lines: LogLine[] = [];
  #reader: (() => void) | undefined;
  #writers: (() => void)[] = [];

  async push(line: LogLine, signal: AbortSignal): Promise<void> {
    while (this.#lines.length >= mostWaiting && !signal.aborted) {
      await new Promise<void>((resolve) => this.#writers.push(resolve));
    }
    this.#lines.push(line);
    this.wake();
  }

  async next(signal: AbortSignal): Promise<LogLine | undefined> {
    while (this.#lines.length === 0 && !signal.aborted) {
      await new Promise<void>((resolve) => {
        this.#reader = resolve;
      });
    }
    const line = this.#lines.shift();
    for (const writer of this.#writers.splice(0)) writer();
    return line;
  }

  wake(): void {
    this.#reader?.();
    for (const writer of this.#writers.splice(0)) writer();
  }
}

interface Following {
  readonly namespace: string;
  readonly instance: string | undefined;
  /** When the last line of each instance was written that was shown, by its name. */
  readonly seen: Map<string, string>;
}

async function* followed(
  dependencies: LogDependencies,
  { namespace, instance, seen }: Following,
  signal: AbortSignal,
): AsyncGenerator<LogLine> {
  const queue = new LineQueue();
  const ending = new AbortController();
  const both = AbortSignal.any([signal, ending.signal]);
  const following = new Set<string>();
  const join = (): void => {
    for (const pod of podsIn(dependencies, namespace, instance)) {
      if (both.aborted || following.has(pod.name) || !hasBegun(pod)) continue;
      following.add(pod.name);
      // A StatefulSet gives the next one the same name: it is followed in its turn, so that no line is told twice.
      void followOne(dependencies, pod, { seen, queue, signal: both }).then(() => {
        following.delete(pod.name);
        join();
      });
    }
  };
  const stop = dependencies.cache.onChange((changed) => {
    if (changed === namespace) join();
  });
  const wake = (): void => queue.wake();
  signal.addEventListener('abort', wake, { once: true });
  try {
    join();
    for (;;) {
      const line = await queue.next(signal);
      if (line === undefined) return;
      yield line;
    }
  } finally {
    stop();
    signal.removeEventListener('abort', wake);
    ending.abort();
    queue.wake();
  }
}

interface Follower {
  readonly seen: Map<string, string>;
  readonly queue: LineQueue;
  readonly signal: AbortSignal;
}

/** One pod's lines for as long as it is there: a container that starts anew is followed again from where it was. */
async function followOne(
  dependencies: LogDependencies,
  { uid, name, namespace = '' }: SeenPod,
  { seen, queue, signal }: Follower,
): Promise<void> {
  const now = () => dependencies.cache.of(namespace).pods.find((one) => one.uid === uid);
  try {
    for (let pod = now(); pod !== undefined; pod = now()) {
      const restarts = restartsOf(pod);
      const after = seen.get(name);
      const since = after === undefined ? {} : { since: new Date(after) };
      try {
        for await (const line of linesOf(dependencies, pod, { follow: true, ...since, signal })) {
          const last = seen.get(name);
          if (last !== undefined && line.at <= last) continue;
          seen.set(name, line.at);
          await queue.push(line, signal);
        }
      } catch {
        // The cluster is away for now, or the reader has gone.
      }
      await pause(againMs, signal);
      // One that has ended writes nothing until it starts anew, which may be minutes away.
      const goesOn = (): true | undefined => {
        const next = now();
        if (next === undefined || programOf(next)?.state === 'running') return true;
        return restartsOf(next) === restarts ? undefined : true;
      };
      await untilSeen(dependencies.cache, namespace, goesOn, signal);
    }
  } catch {
    // The reader has gone.
  }
}

const pause = (ms: number, signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    const done = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    signal.addEventListener('abort', done, { once: true });
  });
