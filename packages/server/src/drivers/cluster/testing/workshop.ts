import { createHash } from 'node:crypto';
import type { JsonObject, JsonValue } from '@pltf/plan/render';
import type { LiveObject, ObjectKey } from '../cluster-api.ts';
import { isMap } from './field-set.ts';
import type { MemoryCluster } from './memory-cluster.ts';

/** What the workloads of a simulated cluster work with. */
export interface Workshop {
  readonly cluster: MemoryCluster;
  now(): number;
  /** Objects of a kind that this one owns. */
  ownedBy(owner: LiveObject, kind: string): readonly LiveObject[];
  make(owner: LiveObject, key: ObjectKey, fields: JsonObject, labels: JsonObject): LiveObject;
  /** Why a pod of this owner may not be made, told as an event too. */
  refusal(owner: LiveObject): string | undefined;
  status(object: LiveObject, status: JsonObject): void;
  stop(pod: LiveObject): void;
  /** When this signature of progress was seen first. */
  progressAt(object: LiveObject, signature: string): number;
  wakeAt(ms: number): void;
}

/** Eight letters that tell one pod template from another. */
export const templateHash = (template: JsonValue | undefined): string =>
  createHash('sha256')
    .update(JSON.stringify(template ?? {}))
    .digest('hex')
    .slice(0, 10);

export const isReady = (pod: LiveObject): boolean => {
  const status = pod['status'];
  if (!isMap(status) || pod.metadata.deletionTimestamp !== undefined) return false;
  const conditions = (status['conditions'] ?? []) as readonly JsonObject[];
  return conditions.some(({ type, status: is }) => type === 'Ready' && is === 'True');
};

/** A pod's labels and fields from a template. */
export function podOf(template: JsonObject): {
  readonly labels: JsonObject;
  readonly fields: JsonObject;
} {
  const metadata = (template['metadata'] ?? {}) as JsonObject;
  const spec = { nodeName: 'node1', ...(template['spec'] as JsonObject) };
  const labels = (metadata['labels'] ?? {}) as JsonObject;
  const annotations = (metadata['annotations'] ?? {}) as JsonObject;
  return { labels, fields: { metadata: { annotations }, spec } };
}
