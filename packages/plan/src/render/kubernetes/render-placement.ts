import type { JsonObject } from '../../template/json.ts';
import { prometheusRuleObject } from './alerts.ts';
import { configMapObject, externalSecretObjects } from './configuration.ts';
import { filesObject } from './files.ts';
import { addedKinds, type RenderInput } from './input.ts';
import { dashboardObject, serviceMonitorObject } from './monitoring.ts';
import {
  limitRangeObject,
  namespaceObject,
  resourceQuotaObject,
  serviceAccountObject,
} from './namespace.ts';
import { networkPolicyObjects } from './network.ts';
import type { KubernetesObject } from './object.ts';
import { add, metadataOf, type Placed, place, serves } from './placed.ts';
import { autoscalerObject, disruptionBudgetObject } from './scaling.ts';
import { entryObjects, serviceObject } from './traffic.ts';
import { peersService, type TaskRequest, taskObject, workloadObject } from './workload.ts';

/**
 * Everything that a placement is in a cluster, in the order in which it can be applied. Pure: no time, no chance, no
 * network; what the cluster does not serve is left out, and `leftOut` says so.
 */
export function renderPlacement(input: RenderInput): readonly KubernetesObject[] {
  const placed = place(input);
  const objects: KubernetesObject[] = [
    namespaceObject(placed),
    resourceQuotaObject(placed),
    limitRangeObject(placed),
    serviceAccountObject(placed),
    ...networkPolicyObjects(placed),
  ];
  add(objects, configMapObject(placed));
  add(objects, filesObject(placed));
  objects.push(...externalSecretObjects(placed));
  add(objects, serviceObject(placed));
  add(objects, peersService(placed));
  add(objects, workloadObject(placed));
  add(objects, autoscalerObject(placed));
  add(objects, disruptionBudgetObject(placed));
  objects.push(...entryObjects(placed));
  add(objects, serviceMonitorObject(placed));
  add(objects, prometheusRuleObject(placed));
  add(objects, dashboardObject(placed));
  add(objects, placementObject(placed));
  return objects;
}

/** The Job of a task, to be applied after the placement's objects: a rollout's release task runs before its workload. */
export const renderTask = (input: RenderInput, task: TaskRequest): KubernetesObject =>
  taskObject(place(input), task);

/** The placement itself, for guardrails in the cluster. */
function placementObject(placed: Placed): KubernetesObject | undefined {
  if (!serves(placed, addedKinds.placement)) return undefined;
  const { placement } = placed.input;
  const metadata = metadataOf(placed, placed.name);
  return {
    apiVersion: placement.apiVersion,
    kind: placement.kind,
    metadata: {
      ...metadata,
      labels: { ...placement.metadata.labels, ...metadata.labels },
      annotations: { ...placement.metadata.annotations, ...metadata.annotations },
    },
    spec: withoutUndefined(placement.spec),
  };
}

/** What zod left undefined is not there: an API server would take a null for a value. */
function withoutUndefined(value: object): JsonObject {
  return JSON.parse(JSON.stringify(value)) as JsonObject;
}
