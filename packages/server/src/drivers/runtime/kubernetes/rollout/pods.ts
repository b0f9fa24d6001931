import type {
  SeenContainer,
  SeenNamespace,
  SeenPod,
  SeenWorkload,
} from '../../../cluster/cluster-cache.ts';
import { taskLabel, templateAnnotation } from './placement-objects.ts';

/** A placement's pods by what they are to its rollout. */
export interface PodsByRole {
  /** Of the template that is wanted, and staying. */
  readonly own: readonly SeenPod[];
  /** Of before, or on their way out. */
  readonly leaving: readonly SeenPod[];
  /** Turns of a job. */
  readonly turns: readonly SeenPod[];
}

/** Whether a pod runs a task that somebody asked for, or a release task. */
export const isTaskPod = ({ labels }: SeenPod): boolean => labels[taskLabel] !== undefined;

/** A turn of a job on its schedule. */
const isTurn = (pod: SeenPod): boolean => pod.owner?.kind === 'Job' && !isTaskPod(pod);

export const hasEnded = ({ phase }: SeenPod): boolean =>
  phase === 'Succeeded' || phase === 'Failed';

/**
 * On its way out, and nothing of it runs any more. A kubelet keeps the object for some seconds (up to ten before 1.22);
 * nobody has to wait for that.
 */
const isSpent = ({ deleting, containers }: SeenPod): boolean =>
  deleting &&
  containers.length > 0 &&
  containers.every(({ state }) => state.startsWith('terminated') || hasNoImage.has(state));

/** There is nothing on its machine that could run. */
const hasNoImage: ReadonlySet<string> = new Set(
  ['ErrImagePull', 'ImagePullBackOff', 'InvalidImageName'].map((reason) => `waiting:${reason}`),
);

export function podsByRole({ pods }: SeenNamespace, template: string | undefined): PodsByRole {
  const own: SeenPod[] = [];
  const leaving: SeenPod[] = [];
  const turns: SeenPod[] = [];
  for (const pod of pods) {
    if (isTaskPod(pod) || isSpent(pod)) continue;
    if (isTurn(pod)) turns.push(pod);
    else if (hasEnded(pod) && !pod.deleting) continue;
    else if (!pod.deleting && pod.annotations[templateAnnotation] === template) own.push(pod);
    else leaving.push(pod);
  }
  return { own, leaving, turns };
}

/** Instances above what is wanted that nobody has begun to take away: the cluster is about to. */
export const surplusOf = ({ own }: PodsByRole, replicas: number | undefined): number =>
  replicas === undefined ? 0 : Math.max(0, own.length - replicas);

/** The container of the program: the first one. Sidecars that a cluster adds come after it. */
export const programOf = ({ containers }: SeenPod): SeenContainer | undefined => containers[0];

/** The release that a pod was made from, by what it says of itself. */
export const releaseOf = ({ annotations }: SeenPod): number =>
  Number(annotations['pltf.dev/release'] ?? 0);

/** The task that a Job is of; undefined for a turn of a job. */
export const taskOf = ({ kind, annotations }: SeenWorkload): string | undefined =>
  kind === 'Job' ? annotations[taskLabel] : undefined;

/** The Job of a task, by its id; undefined when it is not there. */
export const jobOf = ({ workloads }: SeenNamespace, task: string): SeenWorkload | undefined =>
  workloads.find((one) => taskOf(one) === task);

/** The pods of a Job. */
export const podsOf = (
  { pods }: SeenNamespace,
  job: Pick<SeenWorkload, 'name'> | undefined,
): readonly SeenPod[] =>
  pods.filter(({ owner }) => owner?.kind === 'Job' && owner.name === job?.name);
