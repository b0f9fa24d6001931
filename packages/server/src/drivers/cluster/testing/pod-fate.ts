import type { JsonObject, JsonValue } from '@pltf/plan/render';
import type { LiveObject } from '../cluster-api.ts';

/** What becomes of a pod; times in milliseconds from its birth. */
export type PodFate =
  | { readonly is: 'ready'; readonly afterMs?: number }
  /** Runs, and its probe never succeeds. */
  | { readonly is: 'unready' }
  | {
      readonly is: 'crashing';
      readonly afterMs?: number;
      readonly exitCode?: number;
      /** `Error` or `OOMKilled`. */
      readonly reason?: string;
    }
  | { readonly is: 'unpullable'; readonly message?: string }
  | { readonly is: 'pending'; readonly message?: string }
  /** Its container is not begun: `ContainerCreating`, `CreateContainerConfigError`, … */
  | { readonly is: 'waiting'; readonly reason: string; readonly message?: string }
  /** A task: it ends. */
  | { readonly is: 'ending'; readonly afterMs?: number; readonly exitCode: number };

export interface PodMoment {
  readonly status: JsonObject;
  /** Age at which something changes next; undefined when nothing will. */
  readonly nextMs: number | undefined;
}

interface ContainerMoment {
  readonly ready: boolean;
  readonly restarts: number;
  readonly state: JsonObject;
  readonly lastState: JsonObject;
  readonly phase: string;
  readonly nextMs: number | undefined;
}

const firstBackoffMs = 10_000;
const longestBackoffMs = 300_000;

/** How a pod with this fate looks at this age, in the words of a kubelet. */
export function podAt(pod: LiveObject, fate: PodFate, bornMs: number, ageMs: number): PodMoment {
  const at = (ms: number): string => new Date(bornMs + ms).toISOString().replace(/\.\d+Z$/, 'Z');
  if (fate.is === 'pending') {
    const message = fate.message ?? '0/1 nodes are available: 1 Insufficient memory.';
    const condition = { type: 'PodScheduled', status: 'False', reason: 'Unschedulable', message };
    return { status: { phase: 'Pending', conditions: [condition] }, nextMs: undefined };
  }
  const moment = containerAt(fate, ageMs, at);
  const spec = pod['spec'] as { readonly containers: readonly { name: string; image: string }[] };
  const ready = moment.ready ? 'True' : 'False';
  const unready = { reason: 'ContainersNotReady', message: 'containers with unready status' };
  const conditions = ['Ready', 'ContainersReady'].map((type) => ({
    type,
    status: ready,
    lastTransitionTime: at(0),
    ...(moment.ready ? {} : unready),
  }));
  return {
    nextMs: moment.nextMs,
    status: {
      phase: moment.phase,
      podIP: '10.0.0.1',
      startTime: at(0),
      conditions: [{ type: 'PodScheduled', status: 'True' }, ...conditions],
      containerStatuses: spec.containers.map(({ name, image }) => ({
        name,
        image,
        imageID: fate.is === 'unpullable' ? '' : image,
        ready: moment.ready,
        started: 'running' in moment.state,
        restartCount: moment.restarts,
        state: moment.state,
        lastState: moment.lastState,
      })),
    },
  };
}

const waiting = (reason: string, message: string): JsonObject => ({ waiting: { reason, message } });

function containerAt(
  fate: Exclude<PodFate, { is: 'pending' }>,
  ageMs: number,
  at: (ms: number) => string,
): ContainerMoment {
  const still = { ready: false, restarts: 0, lastState: {}, nextMs: undefined };
  const running = { running: { startedAt: at(0) } };
  switch (fate.is) {
    case 'unpullable': {
      const message = fate.message ?? 'Back-off pulling image';
      return { ...still, phase: 'Pending', state: waiting('ImagePullBackOff', message) };
    }
    case 'waiting':
      return { ...still, phase: 'Pending', state: waiting(fate.reason, fate.message ?? '') };
    case 'unready':
      return { ...still, phase: 'Running', state: running };
    case 'ready': {
      const ready = ageMs >= (fate.afterMs ?? 0);
      const nextMs = ready ? undefined : fate.afterMs;
      return { ...still, phase: 'Running', state: running, ready, nextMs };
    }
    case 'ending': {
      if (ageMs < (fate.afterMs ?? 0)) {
        return { ...still, phase: 'Running', state: running, ready: true, nextMs: fate.afterMs };
      }
      const phase = fate.exitCode === 0 ? 'Succeeded' : 'Failed';
      return { ...still, phase, state: ended(fate.exitCode, at(fate.afterMs ?? 0)) };
    }
    case 'crashing':
      return crashing(fate, ageMs, at);
  }
}

const ended = (exitCode: number, finishedAt: string, reason?: string): JsonObject => ({
  terminated: { exitCode, reason: reason ?? (exitCode === 0 ? 'Completed' : 'Error'), finishedAt },
});

/** It starts, ends, and is started again after 10, 20, 40 … s. */
function crashing(
  fate: Extract<PodFate, { is: 'crashing' }>,
  ageMs: number,
  at: (ms: number) => string,
): ContainerMoment {
  const lives = fate.afterMs ?? 0;
  const end = (ms: number): JsonObject => ended(fate.exitCode ?? 1, at(ms), fate.reason);
  const base = { ready: false, phase: 'Running' };
  let started = 0;
  for (let restarts = 0; ; restarts += 1) {
    const backoff = Math.min(firstBackoffMs * 2 ** restarts, longestBackoffMs);
    const died = started + lives;
    const lastState: JsonObject = restarts === 0 ? {} : end(started - backoff / 2);
    if (ageMs < died) {
      const state: Record<string, JsonValue> = { running: { startedAt: at(started) } };
      return { ...base, restarts, state, lastState, nextMs: died };
    }
    if (ageMs < died + backoff) {
      const text = `back-off ${backoff / 1000}s restarting failed container`;
      const state = waiting('CrashLoopBackOff', text);
      return { ...base, restarts, state, lastState: end(died), nextMs: died + backoff };
    }
    started = died + backoff;
  }
}
