import { constant } from '../yaml/constant.ts';
import type { KubernetesObject } from './object.ts';
import { autoscales, fewest, metadataOf, type Placed, serves, since } from './placed.ts';

/** Of what the size asks for: a third is left for the time that more instances take to come. */
const targetCpuPercent = 70;

const metrics = /* @__PURE__ */ constant([
  {
    type: 'Resource',
    resource: {
      name: 'cpu',
      target: { type: 'Utilization', averageUtilization: targetCpuPercent },
    },
  },
]);
const behavior = /* @__PURE__ */ constant({ scaleDown: { stabilizationWindowSeconds: 300 } });

export function autoscalerObject(placed: Placed): KubernetesObject | undefined {
  if (!autoscales(placed)) return undefined;
  const { name, spec, workload } = placed;
  return {
    apiVersion: 'autoscaling/v2',
    kind: 'HorizontalPodAutoscaler',
    metadata: metadataOf(placed, name),
    spec: {
      scaleTargetRef: { apiVersion: 'apps/v1', kind: workload, name },
      minReplicas: fewest(placed),
      maxReplicas: spec.run.instances.maximum,
      metrics,
      behavior,
    },
  };
}

/** From two instances on: a node is emptied one instance at a time, and instances that are not well stop nobody. */
export function disruptionBudgetObject(placed: Placed): KubernetesObject | undefined {
  const { name, selector, workload } = placed;
  if (workload !== 'Deployment' && workload !== 'StatefulSet') return undefined;
  if (fewest(placed) < 2 || !serves(placed, 'policy/v1/PodDisruptionBudget')) return undefined;
  return {
    apiVersion: 'policy/v1',
    kind: 'PodDisruptionBudget',
    metadata: metadataOf(placed, name),
    spec: {
      maxUnavailable: 1,
      ...(since(placed, 27) ? { unhealthyPodEvictionPolicy: 'AlwaysAllow' } : {}),
      selector: { matchLabels: selector },
    },
  };
}
