import type { TaskResult } from '@pltf/contracts';
import type { SeenPod, SeenWorkload } from '../../../cluster/cluster-cache.ts';
import { programOf } from '../rollout/pods.ts';
import { jobState } from '../rollout/rollout-sight.ts';

/** On the Job of a task: when somebody asked for it. */
export const askedAnnotation = 'pltf.dev/asked';
/** On a Job that is ended before its time: `cancelled`, or `not-started` when the cluster never made its pod. */
export const cancelledAnnotation = 'pltf.dev/cancelled';

export interface EndedTask {
  readonly job: SeenWorkload;
  readonly pod: SeenPod | undefined;
}

/** How a task has ended, in the words of all runtimes. Pure. */
export function endedResult(id: string, { job, pod }: EndedTask): TaskResult {
  const container = pod === undefined ? undefined : programOf(pod);
  const end = container?.lastEnd;
  const startedAt = instantOf(container?.startedAt ?? pod?.createdAt);
  const base = {
    ...{ id, state: 'finished' as const, files: {}, startedAt },
    ...(end?.at === undefined ? {} : { finishedAt: instantOf(end.at) }),
  };
  if (jobState(job) === 'passed') return { ...base, exitCode: 0 };
  const ended = endedBy({ job, pod });
  return {
    ...base,
    ...(end === undefined ? {} : { exitCode: end.exitCode }),
    ...(ended === undefined ? {} : { ended }),
  };
}

function endedBy({ job, pod }: EndedTask): string | undefined {
  const because = job.annotations[cancelledAnnotation];
  if (because !== undefined) return because === 'not-started' ? because : 'cancelled';
  const late = job.status.conditions.some(({ reason }) => reason === 'DeadlineExceeded');
  if (late || pod?.reason === 'DeadlineExceeded') return 'timeout';
  const end = pod === undefined ? undefined : programOf(pod)?.lastEnd;
  if (end?.reason === 'OOMKilled') return 'out-of-memory';
  if (pod?.reason !== undefined) return pod.reason.toLowerCase();
  return end === undefined ? 'lost' : undefined;
}

export const runningResult = (id: string, pod: SeenPod | undefined): TaskResult => ({
  ...{ id, state: 'running', files: {} },
  startedAt: instantOf(pod?.createdAt),
});

/** Its Job went with its namespace, or by its age, before anybody asked how it ended. */
export const lostResult = (id: string): TaskResult => ({
  ...{ id, state: 'finished', ended: 'lost', files: {} },
  startedAt: instantOf(undefined),
});

const instantOf = (text: string | undefined): string => new Date(text ?? Date.now()).toISOString();
