import type { LogLine } from '@pltf/contracts';
import type { LogQuery } from '../../../../modules/runtime/index.ts';
import type { ClusterApi, PodLogOptions } from '../../../cluster/cluster-api.ts';
import type { ClusterCache, SeenPod } from '../../../cluster/cluster-cache.ts';
import { isTaskPod, programOf } from '../rollout/pods.ts';

export interface LogDependencies {
  readonly cluster: ClusterApi;
  readonly cache: ClusterCache;
}

/** Lines that may wait for a slow reader, of all instances together. */
const mostWaiting = 500;
const againMs = 500;

const podsIn = ({ cache }: LogDependencies, namespace: string, instance: string | undefined) =>
  cache
    .of(namespace)
    .pods.filter((pod) => !isTaskPod(pod) && (instance === undefined || pod.name === instance));

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
  yield* followed(dependencies, namespace, query.instance, seen, signal);
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
  for (const pod of pods) {
    const restarted = (programOf(pod)?.restarts ?? 0) > 0;
    for (const previous of restarted ? [true, false] : [false]) {
      for await (const line of linesOf(dependencies, pod, { tail, previous, signal })) {
        kept.push(line);
        if (kept.length >= 2 * tail) cut();
      }
    }
  }
  cut();
  return kept;
}

/** One container's lines; a pod that is gone, or whose container has not begun, has none. */
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
    if (options.signal.aborted) throw error;
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

async function* followed(
  dependencies: LogDependencies,
  namespace: string,
  instance: string | undefined,
  seen: ReadonlyMap<string, string>,
  signal: AbortSignal,
): AsyncGenerator<LogLine> {
  const queue = new LineQueue();
  const ending = new AbortController();
  const both = AbortSignal.any([signal, ending.signal]);
  const following = new Set<string>();
  const join = (): void => {
    for (const pod of podsIn(dependencies, namespace, instance)) {
      if (following.has(pod.name) || !hasBegun(pod)) continue;
      following.add(pod.name);
      void followOne(dependencies, namespace, pod, seen.get(pod.name), queue, both);
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

/** One pod's lines for as long as it is there: a container that starts anew is followed again from where it was. */
async function followOne(
  dependencies: LogDependencies,
  namespace: string,
  pod: SeenPod,
  after: string | undefined,
  queue: LineQueue,
  signal: AbortSignal,
): Promise<void> {
  let last = after;
  const isThere = () => dependencies.cache.of(namespace).pods.some(({ uid }) => uid === pod.uid);
  try {
    do {
      const since = last === undefined ? {} : { since: new Date(last) };
      for await (const line of linesOf(dependencies, pod, { follow: true, ...since, signal })) {
        if (last !== undefined && line.at <= last) continue;
        last = line.at;
        await queue.push(line, signal);
      }
      await pause(againMs, signal);
    } while (isThere() && !signal.aborted);
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
