export { type AdoptFacts, withAdoptions } from './adopt-field.ts';
export { chartValues } from './chart-values.ts';
export {
  type ClusterPermission,
  type ClusterRoleOptions,
  clusterPermissions,
  clusterRole,
  platformRole,
} from './cluster-role.ts';
export { explainField, type FieldExplanation, type FieldPath } from './explain-field.ts';
export { readField } from './field-text.ts';
export {
  addedKinds,
  type BackingEndpoint,
  type ClusterFacts,
  type ImageRelease,
  type Peer,
  type PlacedPort,
  type RenderInput,
  servedKinds,
} from './input.ts';
export { type LeftOut, leftOut } from './left-out.ts';
export { addressOf, namespaceOf, objectName } from './names.ts';
export type { KubernetesObject, ObjectMetadata } from './object.ts';
export { renderPlacement, renderTask } from './render-placement.ts';
export { morePortsOf } from './traffic.ts';
export type { TaskRequest } from './workload.ts';
