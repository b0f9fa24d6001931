import type { RolloutRecord } from '../../../../modules/runtime/index.ts';
import type { SeenNamespace, SeenPod, SeenWorkload } from '../../../cluster/cluster-cache.ts';
import { difference, type ObjectDifference } from '../apply/difference.ts';
import { inventoryIsCurrent, inventoryObject } from '../apply/inventory.ts';
import { identityOf, keyOf, type PlacementSet } from '../apply/placement-set.ts';
import { keptVolumes } from '../kept.ts';
import { troubleOf } from '../trouble/trouble-rules.ts';
import { isOfWorkload, type TargetObjects } from './placement-objects.ts';
import { jobOf, type PodsByRole, podsByRole, podsOf, surplusOf, taskOf } from './pods.ts';
import { type RolloutSight, releaseTaskId } from './rollout-rules.ts';

/** What a pass looks at, together: what is wanted, and what the cache has of it. */
export interface Sight extends RolloutSight {
  readonly seen: SeenNamespace;
  readonly workloadSeen: SeenWorkload | undefined;
  readonly pods: PodsByRole;
  readonly releaseTaskPods: readonly SeenPod[];
  /** Volumes that no release wants any more. */
  readonly keptVolumes: readonly string[];
  /** Objects that bear the digest of what is wanted, and of which somebody took a field. */
  readonly touched: readonly ObjectDifference[];
}

/** What the cluster has of a target. Pure but for the cache; no request. */
export function sightOf(
  record: RolloutRecord,
  set: PlacementSet,
  objects: TargetObjects | undefined,
  now: number,
): Sight {
  const seen = set.cache.of(set.namespace);
  const differences = objects === undefined ? [] : difference(objects.sealed, seen, set.seal.set);
  const ofWorkload = differences.filter(({ object }) => isOfWorkload(object));
  const around = differences.filter(({ object }) => !isOfWorkload(object));
  const workloadSeen = seenWorkload(seen, objects);
  const pods = podsByRole(seen, objects?.template);
  const task = releaseTaskOf(record, seen);
  const { run } = record.current.wanted.desired;
  const isTask = record.stage === 'release-task';
  const releaseTaskPods = isTask ? podsOf(seen, task.job) : [];
  return {
    ...{ now, seen, pods, workloadSeen, releaseTaskPods },
    keptVolumes: keptVolumes(record, objects?.workload),
    surroundings:
      objects !== undefined && !inventoryIsCurrent(set, inventoryObject(set, objects.sealed))
        ? 'due'
        : partOf(around),
    workload: partOf(ofWorkload),
    touched: differences.filter(({ state }) => state === 'touched'),
    releaseTask: task.state,
    otherReleaseTask: task.others,
    ready: isReady(objects, workloadSeen) || arePodsReady(objects, workloadSeen, pods),
    unseen: isUnseen(workloadSeen),
    leaving: pods.leaving.length + surplusOf(pods, objects?.replicas),
    trouble: troubleOf({
      ...{ since: record.since, startTimeoutMs: run.startTimeoutMs, drainMs: run.drainMs },
      ...(isTask
        ? { pods: releaseTaskPods, workload: runningTask(task), replicas: 1, ...nobodyLeaves }
        : {
            ...{ pods: pods.own, workload: workloadSeen, ...waysOf(pods.leaving) },
            replicas: objects?.replicas ?? workloadSeen?.replicas,
          }),
    }),
  };
}

const nobodyLeaves = { going: 0, staying: 0 };

function waysOf(leaving: readonly SeenPod[]): typeof nobodyLeaves {
  const going = leaving.filter(({ deleting }) => deleting).length;
  return { going, staying: leaving.length - going };
}

const runningTask = ({ job, state }: ReturnType<typeof releaseTaskOf>): SeenWorkload | undefined =>
  state === 'running' ? job : undefined;

function partOf(differences: readonly ObjectDifference[]): 'settled' | 'due' | 'waits' {
  const states = new Set(differences.map(({ state }) => state));
  if (states.has('missing') || states.has('changed') || states.has('foreign')) return 'due';
  return states.has('deleting') ? 'waits' : 'settled';
}

function seenWorkload(
  { workloads }: SeenNamespace,
  objects: TargetObjects | undefined,
): SeenWorkload | undefined {
  if (objects?.workload === undefined) return undefined;
  const identity = identityOf(keyOf(objects.workload));
  return workloads.find((one) => identityOf(one) === identity);
}

/** The cluster's own controllers have not come to it; those of Jobs and CronJobs do not say what they have looked at. */
export const isUnseen = (seen: SeenWorkload | undefined): boolean =>
  (seen?.kind === 'Deployment' || seen?.kind === 'StatefulSet') &&
  (seen.status.observedGeneration ?? 0) < (seen.generation ?? 0);

/** By what the workload's own controller says of this very generation. */
function isReady(objects: TargetObjects | undefined, seen: SeenWorkload | undefined): boolean {
  if (objects?.workload === undefined || objects.workload.kind === 'CronJob') return true;
  if (seen === undefined || seen.paused || isUnseen(seen)) return false;
  const { replicas, updated, available, ready } = seen.status;
  const wanted = objects.replicas ?? seen.replicas ?? 1;
  // A StatefulSet of an old cluster does not count who is available.
  const well = seen.kind === 'StatefulSet' ? ready : available;
  // Those of before count as available too: while one is there, nothing is known of the new ones.
  return wanted === 0 || (updated >= wanted && replicas <= updated && well >= wanted);
}

/** By the pods themselves, who know it first: a workload's controller that has much to do is seconds late to say so. */
function arePodsReady(
  objects: TargetObjects | undefined,
  seen: SeenWorkload | undefined,
  { own, leaving }: PodsByRole,
): boolean {
  if (objects?.template === undefined || seen === undefined || seen.paused) return false;
  const wanted = objects.replicas ?? seen.replicas ?? 1;
  const well = own.filter(({ ready }) => ready).length;
  // One of before that nobody has told to go has its part of the traffic still.
  return wanted > 0 && well >= wanted && leaving.every(({ deleting }) => deleting);
}

type TaskState = RolloutSight['releaseTask'];

/** How a Job has ended, if it has. */
export function jobState({ status }: SeenWorkload): Exclude<TaskState, 'absent'> {
  const is = (type: string) =>
    status.conditions.some((one) => one.type === type && one.status === 'True');
  if (is('Complete') || status.succeeded > 0) return 'passed';
  return is('Failed') ? 'failed' : 'running';
}

function releaseTaskOf(record: RolloutRecord, seen: SeenNamespace) {
  const id = releaseTaskId(record);
  const job = jobOf(seen, id);
  const others = seen.workloads.some((one) => {
    const task = taskOf(one);
    return task?.startsWith('release-') === true && task !== id && jobState(one) === 'running';
  });
  return { job, others, state: job === undefined ? ('absent' as const) : jobState(job) };
}
