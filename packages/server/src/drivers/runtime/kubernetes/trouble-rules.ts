import type { SeenContainer, SeenPod, SeenWorkload } from '../../cluster/cluster-cache.ts';
import { hasEnded, programOf } from './pods.ts';
import type { Trouble } from './rollout-rules.ts';

export interface TroubleQuestion {
  /** Pods that should get well. */
  readonly pods: readonly SeenPod[];
  /** What makes them. */
  readonly workload: SeenWorkload | undefined;
  /** From when they are waited for; milliseconds. */
  readonly since: number;
  readonly startTimeoutMs: number;
}

/** A machine is found and an image is pulled in this time, beside the time of the start; the renderer says the same to the cluster. */
const roomMs = 60_000;
/** A registry may answer wrongly once. */
const pullPatienceMs = 8_000;
/** A secret may be on its way: something fetches it from a store. */
const configPatienceMs = 30_000;
/** Clocks differ, and the cluster may say so itself a moment later. */
const probePatienceMs = 10_000;
const refusalPatienceMs = 8_000;
const now = 0;

const pullReasons: ReadonlySet<string> = new Set([
  'ErrImagePull',
  'ImagePullBackOff',
  'ErrImageNeverPull',
  'InvalidImageName',
  'ImageInspectError',
  'RegistryUnavailable',
]);
const configReasons: ReadonlySet<string> = new Set([
  'CreateContainerConfigError',
  'CreateContainerError',
  'RunContainerError',
  'StartError',
]);

/** What keeps pods from getting well, and how long that is worth waiting for; the one that is over first. Pure. */
export function troubleOf(question: TroubleQuestion): Trouble | undefined {
  const found = [...question.pods.map((pod) => podTrouble(pod, question)), ofWorkload(question)];
  const troubles = found.filter((one) => one !== undefined);
  // What a pod says is more than that a deadline is over.
  return troubles.toSorted((a, b) => a.until - b.until || rank(a) - rank(b))[0];
}

const rank = ({ kind }: Trouble): number => (kind === 'deadline' ? 1 : 0);

/** Both halves of a container's state: `waiting:ImagePullBackOff`. */
function stateOf({ state }: SeenContainer): readonly [string, string] {
  const [is = '', reason = ''] = state.split(':', 2);
  return [is, reason];
}

function podTrouble(pod: SeenPod, { startTimeoutMs, since }: TroubleQuestion): Trouble | undefined {
  if (pod.ready || pod.deleting || hasEnded(pod)) return undefined;
  const born = Date.parse(pod.createdAt);
  const deadline = Math.max(born, since) + startTimeoutMs + roomMs;
  const at = { pod: pod.name };
  if (!pod.scheduled.ok) {
    const { message } = pod.scheduled;
    // Not looked at yet, or looked at and there is no room.
    return message === undefined ? undefined : { ...at, kind: 'pending', until: deadline, message };
  }
  const container = programOf(pod);
  if (container === undefined) return undefined;
  const shows = { ...at, container: container.name, message: container.message };
  const [is, reason] = stateOf(container);
  if (is === 'waiting' && pullReasons.has(reason)) {
    const until = isFinal(container.message) ? born + pullPatienceMs : deadline;
    return { ...shows, kind: 'image-pull', until };
  }
  if (is === 'waiting' && configReasons.has(reason)) {
    return { ...shows, kind: 'config', until: born + configPatienceMs };
  }
  const ends = container.restarts + (is === 'running' || reason === '' ? 0 : 1);
  if (ends > 0 && reason !== 'ContainerCreating' && reason !== 'PodInitializing') {
    const kind = container.lastEnd?.reason === 'OOMKilled' ? 'out-of-memory' : 'crash';
    return { ...shows, kind, until: ends > 1 ? now : born + startTimeoutMs };
  }
  if (is !== 'running') return undefined;
  // From its own start on: the time of the pull does not count against the program.
  const began = Math.max(since, Date.parse(container.startedAt ?? pod.createdAt));
  return { ...shows, kind: 'probe', until: began + startTimeoutMs + probePatienceMs };
}

/** What no waiting helps against, as registries and container runtimes say it. */
const isFinal = (message: string | undefined): boolean =>
  message !== undefined &&
  /not found|manifest unknown|unauthorized|denied|forbidden|no basic auth|authentication|invalid reference|InvalidImageName|couldn't parse/i.test(
    message,
  );

function ofWorkload({ pods, workload, since }: TroubleQuestion): Trouble | undefined {
  if (workload === undefined) return undefined;
  const { conditions, observedGeneration = 0 } = workload.status;
  if (observedGeneration < (workload.generation ?? 0)) return undefined;
  const condition = (type: string, status: string) =>
    conditions.find((one) => one.type === type && one.status === status);
  const failure = condition('ReplicaFailure', 'True');
  const late = condition('Progressing', 'False')?.reason === 'ProgressDeadlineExceeded';
  if (failure !== undefined && pods.every(({ ready }) => !ready)) {
    const message = failure.message ?? '';
    const isRefused = /denied|violates|is forbidden: violates|not allowed/i.test(message);
    const isQuota = /exceeded quota/i.test(message);
    const until = late ? now : since + (isRefused && !isQuota ? refusalPatienceMs : neverMs);
    return { kind: 'not-created', until, message };
  }
  return late ? { kind: 'deadline', until: now } : undefined;
}

/** The cluster's own deadline decides. */
const neverMs = 365 * 86_400_000;
