import type { JsonObject } from '@pltf/plan/render';
import type { LiveObject } from '../cluster-api.ts';
import { isReady, podOf, templateHash, type Workshop } from './workshop.ts';

const revisionLabel = 'controller-revision-hash';

/** One look at a StatefulSet: numbered pods, replaced one after the other from the last, and its status. */
export function runStatefulSet(shop: Workshop, set: LiveObject): void {
  const spec = set['spec'] as JsonObject;
  const template = spec['template'] as JsonObject;
  const revision = `${set.metadata.name}-${templateHash(template)}`;
  const wanted = Number(spec['replicas']);
  const pods = shop.ownedBy(set, 'Pod');
  const ordinal = (pod: LiveObject): number => Number(pod.metadata.name.split('-').at(-1));
  for (const pod of pods) {
    if (ordinal(pod) >= wanted && pod.metadata.deletionTimestamp === undefined) shop.stop(pod);
  }
  for (let index = 0; index < wanted; index += 1) {
    if (!pods.some((pod) => ordinal(pod) === index))
      makePod(shop, set, { template, index, revision });
  }
  const now = shop.ownedBy(set, 'Pod').filter((pod) => ordinal(pod) < wanted);
  const old = now.filter((pod) => pod.metadata.labels?.[revisionLabel] !== revision);
  const next = [...old].sort((a, b) => ordinal(b) - ordinal(a))[0];
  const others = now.filter((pod) => pod !== next);
  if (
    next !== undefined &&
    next.metadata.deletionTimestamp === undefined &&
    others.every(isReady)
  ) {
    shop.stop(next);
  }
  writeStatus(shop, set, revision);
}

function makePod(
  shop: Workshop,
  set: LiveObject,
  of: { readonly template: JsonObject; readonly index: number; readonly revision: string },
): void {
  if (shop.refusal(set) !== undefined) return;
  const { labels, fields } = podOf(of.template);
  const name = `${set.metadata.name}-${of.index}`;
  const key = { apiVersion: 'v1', kind: 'Pod', namespace: set.metadata.namespace, name };
  shop.make(set, key, fields, {
    ...labels,
    [revisionLabel]: of.revision,
    'statefulset.kubernetes.io/pod-name': name,
  });
}

function writeStatus(shop: Workshop, set: LiveObject, revision: string): void {
  const pods = shop.ownedBy(set, 'Pod');
  const updated = pods.filter((pod) => pod.metadata.labels?.[revisionLabel] === revision);
  const ready = pods.filter(isReady).length;
  const before = (set['status'] ?? {}) as JsonObject;
  const done = updated.length === pods.length;
  shop.status(set, {
    observedGeneration: set.metadata.generation ?? 1,
    replicas: pods.length,
    readyReplicas: ready,
    availableReplicas: ready,
    updatedReplicas: updated.length,
    currentRevision: done ? revision : (before['currentRevision'] ?? revision),
    updateRevision: revision,
  });
}
