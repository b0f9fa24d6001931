import type { JsonObject } from '../../template/json.ts';
import { constant } from '../yaml/constant.ts';
import { claimsOf } from './container-parts.ts';
import { shortened } from './names.ts';
import type { Fields, KubernetesObject } from './object.ts';
import { autoscales, fewest, metadataOf, type Placed, serves, since } from './placed.ts';
import { graceSeconds, podTemplate, taskLabels } from './pod.ts';
import { startSeconds } from './probes.ts';

/** What runs the instances, or a job at its times; undefined when nothing runs by itself. */
export function workloadObject(placed: Placed): KubernetesObject | undefined {
  switch (placed.workload) {
    case 'Deployment':
      return deployment(placed);
    case 'StatefulSet':
      return statefulSet(placed);
    case 'CronJob':
      return serves(placed, 'batch/v1/CronJob') ? cronJob(placed) : undefined;
    case 'none':
      return undefined;
  }
}

/** Nobody writes the number of instances where an autoscaler owns it. */
const replicas = (placed: Placed): JsonObject =>
  autoscales(placed) ? {} : { replicas: fewest(placed) };

/** Beside the start itself: an image is pulled, a machine is found. */
const pullSeconds = 60;

const strategy = /* @__PURE__ */ constant({
  type: 'RollingUpdate',
  rollingUpdate: { maxUnavailable: 0, maxSurge: '25%' },
});

const deployment = (placed: Placed): KubernetesObject => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: metadataOf(placed, placed.name),
  spec: {
    ...replicas(placed),
    revisionHistoryLimit: 3,
    progressDeadlineSeconds: startSeconds(placed) + pullSeconds,
    ...(placed.input.paused === true ? { paused: true } : {}),
    strategy,
    selector: { matchLabels: placed.selector },
    template: podTemplate(placed, { kind: 'instance' }),
  },
});

/** Each instance keeps a volume of its own; there is no surge, so one after the other is replaced. */
function statefulSet(placed: Placed): KubernetesObject {
  const { cluster, name, selector } = placed;
  const { className, gibibytes } = cluster.storage ?? { className: undefined, gibibytes: 1 };
  return {
    apiVersion: 'apps/v1',
    kind: 'StatefulSet',
    metadata: metadataOf(placed, name),
    spec: {
      ...replicas(placed),
      revisionHistoryLimit: 3,
      serviceName: peersName(placed),
      podManagementPolicy: 'Parallel',
      updateStrategy: { type: 'RollingUpdate' },
      selector: { matchLabels: selector },
      template: podTemplate(placed, { kind: 'instance' }),
      volumeClaimTemplates: claimsOf(placed).map((claim) => ({
        apiVersion: 'v1',
        kind: 'PersistentVolumeClaim',
        // Claims cannot change later: only what never does stands on them.
        metadata: { name: claim, labels: selector },
        spec: {
          accessModes: ['ReadWriteOnce'],
          ...(className === undefined ? {} : { storageClassName: className }),
          resources: { requests: { storage: `${gibibytes}Gi` } },
        },
      })),
    },
  };
}

const peersName = ({ name }: Placed): string => `${name}-pods`;

/** The names of a StatefulSet's pods; it has no port, so nobody scrapes or calls through it. */
export const peersService = (placed: Placed): KubernetesObject | undefined =>
  placed.workload === 'StatefulSet'
    ? {
        apiVersion: 'v1',
        kind: 'Service',
        metadata: metadataOf(placed, peersName(placed)),
        spec: { type: 'ClusterIP', clusterIP: 'None', selector: placed.selector },
      }
    : undefined;

/** A task that failed is not started again by itself: whoever asked for it decides. */
const jobSpec = (placed: Placed, task: Partial<TaskRequest>): Fields => {
  const { id, command, timeoutSeconds } = task;
  const spec: Fields = { backoffLimit: 0 };
  // The pod ends itself when its time is over and stays to be read; the Job's own end would delete it with its log.
  if (timeoutSeconds !== undefined)
    spec['activeDeadlineSeconds'] = timeoutSeconds + pullSeconds + graceSeconds(placed);
  // 1.29: else a second pod could start while the first one still ends.
  if (since(placed, 29)) spec['podReplacementPolicy'] = 'Failed';
  spec['template'] = podTemplate(placed, { kind: 'task', id, command, timeoutSeconds });
  return spec;
};

/** A turn that is still running is waited for, and one that was missed by five minutes is left out. */
const cronJob = (placed: Placed): KubernetesObject => ({
  apiVersion: 'batch/v1',
  kind: 'CronJob',
  metadata: metadataOf(placed, placed.name),
  spec: {
    schedule: placed.input.schedule ?? '',
    ...(placed.input.stopped === true ? { suspend: true } : {}),
    ...(since(placed, 27) ? { timeZone: 'Etc/UTC' } : {}),
    concurrencyPolicy: 'Forbid',
    startingDeadlineSeconds: 300,
    successfulJobsHistoryLimit: 3,
    failedJobsHistoryLimit: 3,
    jobTemplate: {
      metadata: { labels: taskLabels(placed) },
      spec: jobSpec(placed, { command: placed.spec.run.command }),
    },
  },
});

/** A program that runs once to its end: the release task of a rollout, or one that somebody asked for. */
export interface TaskRequest {
  /** Unique in the placement, like `release-12`: the same task is never made twice. */
  readonly id: string;
  /** Absent: the program that the image itself starts. */
  readonly command?: readonly string[] | undefined;
  readonly timeoutSeconds?: number | undefined;
}

const keptSeconds = 86_400;

/** Ids may have capitals and underscores; names of objects may not. */
const nameOfTask = (id: string): string =>
  id
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '');

/** A task's Job, kept for a day after its end. Its spec cannot change: another task has another id. */
export const taskObject = (placed: Placed, task: TaskRequest): KubernetesObject => ({
  apiVersion: 'batch/v1',
  kind: 'Job',
  metadata: {
    ...metadataOf(placed, shortened(`${placed.name}-${nameOfTask(task.id)}`)),
    labels: taskLabels(placed, task.id),
  },
  spec: {
    ...jobSpec(placed, task),
    ttlSecondsAfterFinished: keptSeconds,
  },
});
