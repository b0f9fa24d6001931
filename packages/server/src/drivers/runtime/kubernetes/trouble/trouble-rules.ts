import type { SeenContainer, SeenPod, SeenWorkload } from '../../../cluster/cluster-cache.ts';
import { hasEnded, programOf } from '../rollout/pods.ts';
import type { Trouble } from '../rollout/rollout-rules.ts';
import { onlyWaits } from './trouble-facts.ts';

export interface TroubleQuestion {
  /** Pods that should get well. */
  readonly pods: readonly SeenPod[];
  /** What makes them. */
  readonly workload: SeenWorkload | undefined;
  /** From when they are waited for; milliseconds. */
  readonly since: number;
  readonly startTimeoutMs: number;
  /** How long an instance of before may take to go; milliseconds. */
  readonly drainMs: number;
  /** Instances of before that end just now, and those that nobody has told to. */
  readonly going: number;
  readonly staying: number;
  /** Pods that the workload should have; undefined where somebody else decides it. */
  readonly replicas: number | undefined;
}

/** A machine is found and an image is pulled in this time, beside the time of the start; the renderer says the same to the cluster. */
const roomMs = 60_000;
/** A registry may answer wrongly once. */
const pullPatienceMs = 8_000;
/** A secret may be on its way: something fetches it from a store. */
const configPatienceMs = 30_000;
/** Clocks differ, and the cluster may say so itself a moment later. */
const probePatienceMs = 10_000;
/** What refuses once refuses again, unless somebody corrects it at this moment. */
const refusalPatienceMs = 8_000;
/** What leaves frees a quota; and something that a pod is refused for may be on its way. */
const quotaPatienceMs = 30_000;
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
  const ofPods = question.pods.map((pod) => podTrouble(pod, question));
  const workload = ofWorkload(question);
  const [first] = [...ofPods, workload?.kind === 'deadline' ? undefined : workload]
    .filter((one) => one !== undefined)
    .toSorted((a, b) => a.until - b.until);
  // What a pod says is more than that a deadline is over.
  if (workload?.kind === 'deadline')
    return first === undefined ? workload : { ...first, until: now };
  return first;
}

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
    const soon = born + pullPatienceMs;
    if (onlyWaits(container.message))
      return { ...shows, kind: 'image-pull', until: deadline, askFrom: soon };
    return {
      ...shows,
      kind: 'image-pull',
      until: isFinalPull(container.message) ? soon : deadline,
    };
  }
  if (is === 'waiting' && configReasons.has(reason)) {
    return { ...shows, kind: 'config', until: born + configPatienceMs };
  }
  if (is === 'waiting' && (reason === 'ContainerCreating' || reason === 'PodInitializing')) {
    // Its image is being pulled, or its volumes are mounted: only its events tell which.
    return { ...shows, kind: 'creating', until: deadline };
  }
  // No machine has looked at it yet.
  if (is === 'waiting' && reason === 'Pending' && container.restarts === 0) return undefined;
  const ends = container.restarts + (is === 'running' || reason === '' ? 0 : 1);
  if (ends > 0) {
    const kind = container.lastEnd?.reason === 'OOMKilled' ? 'out-of-memory' : 'crash';
    return { ...shows, kind, until: ends > 1 ? now : born + startTimeoutMs };
  }
  if (is !== 'running') return undefined;
  // From its own start on: the time of the pull does not count against the program.
  const began = Math.max(since, Date.parse(container.startedAt ?? pod.createdAt));
  return { ...shows, kind: 'probe', until: began + startTimeoutMs + probePatienceMs };
}

/** What no waiting helps against, as registries and container runtimes say it. */
export const isFinalPull = (message: string | undefined): boolean =>
  message !== undefined &&
  /not found|manifest unknown|unauthorized|denied|forbidden|no basic auth|authentication|invalid reference|InvalidImageName|couldn't parse/i.test(
    message,
  );

function ofWorkload(question: TroubleQuestion): Trouble | undefined {
  const { workload } = question;
  if (workload === undefined) return undefined;
  const { conditions, observedGeneration = 0 } = workload.status;
  if (workload.kind !== 'Job' && observedGeneration < (workload.generation ?? 0)) return undefined;
  const condition = (type: string, status: string) =>
    conditions.find((one) => one.type === type && one.status === status);
  const late = condition('Progressing', 'False')?.reason === 'ProgressDeadlineExceeded';
  const failure = condition('ReplicaFailure', 'True');
  if (failure !== undefined) {
    const message = failure.message ?? '';
    const until = late ? now : notCreatedUntil(question, message);
    return { kind: 'not-created', until, message };
  }
  // A StatefulSet and a Job say nothing of pods that they may not make: that they have too few is all there is to see.
  if (workload.kind !== 'Deployment' && hasTooFew(question))
    return { kind: 'not-created', until: notCreatedUntil(question, '') };
  return late ? { kind: 'deadline', until: now } : undefined;
}

/** A pod that was made since is progress: room for one more comes when one of before has gone. */
function notCreatedUntil(
  { pods, since, drainMs, going, startTimeoutMs, workload }: TroubleQuestion,
  message: string,
): number {
  const times = pods.flatMap(({ createdAt, readyAt }) => [createdAt, readyAt ?? createdAt]);
  const last = Math.max(since, ...times.map((at) => Date.parse(at)));
  if (isUnsure(message)) return last + startTimeoutMs + roomMs;
  if (isRefused(message)) return last + refusalPatienceMs;
  // One of before leaves, or has just left: by one that is ready, or since a StatefulSet replaces one at a time.
  const makesRoom =
    going > 0 || workload?.kind === 'StatefulSet' || pods.some(({ ready }) => ready);
  return last + quotaPatienceMs + (makesRoom ? drainMs : 0);
}

/** Whoever decides on pods does not answer: it may come back. */
const isUnsure = (message: string): boolean =>
  /failed calling webhook|timeout|timed out/i.test(message);

const isRefused = (message: string): boolean =>
  /denied|violates|not allowed|is forbidden: (?:maximum|minimum)/i.test(message) &&
  !/exceeded quota/i.test(message);

/** All that there are do well, none is to be replaced, and still they are not as many as they should be. */
const hasTooFew = ({ pods, replicas, staying }: TroubleQuestion): boolean =>
  replicas !== undefined &&
  staying === 0 &&
  pods.length < replicas &&
  pods.every(({ ready }) => ready);
