import type { JsonObject, JsonValue } from '../../template/json.ts';
import { claimsOf } from './container-parts.ts';
import { ofValues } from './kept-parts.ts';
import type { KubernetesObject } from './object.ts';
import { mayAutoscale, metadataOf, type Placed } from './placed.ts';
import { cpuQuantity, memoryQuantity } from './quantity.ts';
import { largestSideMiB, sharesOf } from './side-containers.ts';

/** Room for sidecars that a cluster adds: the most that one container may ask for is never less. */
const roomForSidecarsMiB = 1024;
/** Tasks that may run beside the instances: the release task, one that somebody started, a spare one. */
const tasks = 4;

export function namespaceObject(placed: Placed): KubernetesObject {
  const { namespace, labels, annotations, cluster } = placed;
  const version = `v1.${cluster.minor}`;
  return {
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: {
      name: namespace,
      labels: {
        ...labels,
        'pod-security.kubernetes.io/enforce': 'restricted',
        'pod-security.kubernetes.io/enforce-version': version,
        'pod-security.kubernetes.io/audit': 'restricted',
        'pod-security.kubernetes.io/audit-version': version,
        'pod-security.kubernetes.io/warn': 'restricted',
        'pod-security.kubernetes.io/warn-version': version,
      },
      annotations,
    },
  };
}

/** Never root's: what a program does with the API server, it does as nobody. */
export const serviceAccountObject = (placed: Placed): KubernetesObject => ({
  apiVersion: 'v1',
  kind: 'ServiceAccount',
  metadata: metadataOf(placed, placed.name),
  automountServiceAccountToken: false,
});

/**
 * What the placement may take at most. An old instance counts until its drain has ended: there is room for a second
 * full set of instances, so that a rollout right after another one does not wait.
 */
export function resourceQuotaObject(placed: Placed): KubernetesObject {
  const { name } = placed;
  const pods = mostPods(placed);
  const { pod } = sharesOf(placed);
  const memory = memoryQuantity(pods * pod.memoryMiB);
  const hard: Record<string, JsonValue> = {
    pods: String(pods),
    'requests.cpu': cpuQuantity(pods * pod.cpu),
    'requests.memory': memory,
    'limits.memory': memory,
    persistentvolumeclaims: String(claimsOf(placed).length * most(placed)),
    'services.loadbalancers': '0',
    'services.nodeports': '0',
  };
  return {
    apiVersion: 'v1',
    kind: 'ResourceQuota',
    metadata: metadataOf(placed, name),
    spec: { hard },
  };
}

/** A quota turns away pods that do not say what they need: here it is said for them. */
export function limitRangeObject(placed: Placed): KubernetesObject {
  const { memoryMiB, cpu, containers } = placed.spec.run;
  const side = containers === undefined ? 0 : largestSideMiB(placed.spec);
  return {
    apiVersion: 'v1',
    kind: 'LimitRange',
    metadata: metadataOf(placed, placed.name),
    spec:
      side > memoryMiB && side > roomForSidecarsMiB
        ? limits(memoryMiB, cpu, side)
        : usualLimits(memoryMiB, cpu),
  };
}

function limits(memoryMiB: number, cpu: number, mostMiB: number): JsonObject {
  const memory = memoryQuantity(memoryMiB);
  return {
    limits: [
      {
        type: 'Container',
        default: { memory },
        defaultRequest: { cpu: cpuQuantity(cpu), memory },
        max: { memory: memoryQuantity(mostMiB) },
      },
    ],
  };
}

const usualLimits = /* @__PURE__ */ ofValues((memoryMiB: number, cpu: number) =>
  limits(memoryMiB, cpu, Math.max(memoryMiB, roomForSidecarsMiB)),
);

const most = (placed: Placed): number => {
  const { minimum, maximum } = placed.spec.run.instances;
  return Math.max(1, mayAutoscale(placed) ? maximum : minimum);
};

/** Instances, those of the rollout (a quarter more), those that still drain, and tasks. */
const mostPods = (placed: Placed): number => {
  if (placed.workload === 'CronJob' || placed.workload === 'none') return tasks;
  const instances = most(placed);
  return 2 * instances + Math.ceil(instances / 4) + tasks;
};
