import type { FieldConflict } from '../../../cluster/cluster-api.ts';
import type { SeenObject } from '../../../cluster/cluster-cache.ts';
import { deleteMember } from './delete-member.ts';
import { treeOf } from './owned-fields.ts';
import {
  identityOf,
  isWorkload,
  keyOf,
  type PlacementSet,
  replicasOf,
  seenObjects,
} from './placement-set.ts';
import type { SealedObject } from './seal.ts';

const replicasField = '.spec.replicas';
/** Under this name the autoscaler of Kubernetes writes. */
const autoscalerManager = 'kube-controller-manager';

/**
 * A workload whose number of instances an autoscaler is about to own is applied with the number that it has, for as long
 * as we own it: leaving a field out takes it away, and the API server would put 1 in its place.
 */
export function withKeptReplicas(object: SealedObject, seen: SeenObject | undefined): SealedObject {
  if (seen === undefined || !isWorkload(seen) || seen.replicas === undefined) return object;
  if (object.kind === 'CronJob' || replicasOf(object) !== undefined) return object;
  const spec = treeOf(treeOf(seen.owned)?.['f:spec']);
  if (spec?.['f:replicas'] === undefined) return object;
  return { ...object, spec: { ...treeOf(object['spec']), replicas: seen.replicas } };
}

/**
 * Whether nothing but our own autoscaler stands in the way of the number of instances: it wrote it on our behalf, so
 * taking it back is no quarrel with anybody.
 */
export const ownAutoscalerHasReplicas = (
  set: PlacementSet,
  object: SealedObject,
  conflicts: readonly FieldConflict[],
): boolean =>
  replicasOf(object) !== undefined &&
  conflicts.every(
    ({ field, manager }) => field === replicasField && manager === autoscalerManager,
  ) &&
  set.cache
    .of(set.namespace)
    .workloads.some(({ name, partOf }) => name === object.metadata.name && partOf === set.seal.set);

/** An autoscaler of ours that is not wanted any more goes before the number of instances is said: else it says another. */
export async function releaseAutoscaler(
  set: PlacementSet,
  objects: readonly SealedObject[],
  signal: AbortSignal | undefined,
): Promise<void> {
  const wanted = new Set(objects.map((object) => identityOf(keyOf(object))));
  for (const [identity, seen] of seenObjects(set.cache.of(set.namespace))) {
    if (seen.kind !== 'HorizontalPodAutoscaler' || seen.partOf !== set.seal.set) continue;
    if (!wanted.has(identity) && !seen.deleting) await deleteMember(set, seen, signal);
  }
}
