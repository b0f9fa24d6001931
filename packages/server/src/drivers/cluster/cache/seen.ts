import type { JsonValue } from '@pltf/plan/render';
import { handsOn } from '../by-hand.ts';
import type { LiveObject } from '../cluster-api.ts';
import type { SeenObject, SeenWorkload } from '../cluster-cache.ts';
import { fieldAt, listAt, numberAt, textAt, textsAt } from '../json-read.ts';
import type { SharedValues } from './shared-values.ts';

const ourManager = 'pltf';
const workloadKinds = new Set(['Deployment', 'StatefulSet', 'CronJob', 'Job']);
/** Written by `kubectl apply`: a copy of the whole object. */
const lastApplied = 'kubectl.kubernetes.io/last-applied-configuration';

/** What is kept of an object; nothing in it holds on to the object itself. */
export function seenObject(object: LiveObject, shared: SharedValues): SeenObject | SeenWorkload {
  const { metadata } = object;
  const hands = handsOn(object);
  const seen: SeenObject = {
    apiVersion: object.apiVersion,
    kind: object.kind,
    namespace: metadata.namespace,
    name: metadata.name,
    uid: metadata.uid,
    resourceVersion: metadata.resourceVersion,
    generation: metadata.generation,
    deleting: metadata.deletionTimestamp !== undefined,
    finalizers: shared.share(metadata.finalizers ?? []),
    applied: metadata.annotations?.['pltf.dev/applied'],
    partOf: metadata.labels?.['applyset.kubernetes.io/part-of'],
    owned: ownedFields(object, shared),
    hands: hands && shared.share(hands),
  };
  return workloadKinds.has(object.kind) ? { ...seen, ...workload(object, shared) } : seen;
}

function ownedFields(object: LiveObject, shared: SharedValues): JsonValue | undefined {
  const entry = object.metadata.managedFields?.find(
    ({ manager, operation, subresource }) =>
      manager === ourManager && operation === 'Apply' && subresource === undefined,
  );
  const fields = entry?.fieldsV1;
  return typeof fields === 'object' && fields !== null ? shared.share(fields) : undefined;
}

function workload(object: LiveObject, shared: SharedValues): Omit<SeenWorkload, keyof SeenObject> {
  const pod =
    object.kind === 'CronJob'
      ? fieldAt(object, 'spec', 'jobTemplate', 'spec', 'template', 'spec')
      : fieldAt(object, 'spec', 'template', 'spec');
  const { [lastApplied]: _copy, ...annotations } = object.metadata.annotations ?? {};
  return {
    annotations: shared.share(annotations),
    replicas: numberAt(object, 'spec', 'replicas'),
    images: shared.share(
      Object.fromEntries(
        listAt(pod, 'containers').map((container) => [
          textAt(container, 'name') ?? '',
          textAt(container, 'image') ?? '',
        ]),
      ),
    ),
    paused:
      fieldAt(object, 'spec', 'paused') === true || fieldAt(object, 'spec', 'suspend') === true,
    status: workloadStatus(object),
  };
}

function workloadStatus(object: LiveObject): SeenWorkload['status'] {
  const count = (field: string): number => numberAt(object, 'status', field) ?? 0;
  const running = listAt(object, 'status', 'active').length;
  return {
    observedGeneration: numberAt(object, 'status', 'observedGeneration'),
    replicas: count('replicas'),
    updated: count('updatedReplicas'),
    ready: count('readyReplicas'),
    // Clusters before 1.22 do not count the available pods of a StatefulSet.
    available:
      numberAt(object, 'status', 'availableReplicas') ??
      (object.kind === 'StatefulSet' ? count('readyReplicas') : 0),
    succeeded: count('succeeded'),
    failed: count('failed'),
    active: object.kind === 'CronJob' ? running : count('active'),
    lastSchedule: textAt(object, 'status', 'lastScheduleTime'),
    conditions: listAt(object, 'status', 'conditions').map((condition) => ({
      type: textAt(condition, 'type') ?? '',
      status: textAt(condition, 'status') ?? 'Unknown',
      reason: textAt(condition, 'reason'),
      message: textAt(condition, 'message'),
    })),
  };
}

/** Labels of an object, one copy for all that bear the same. */
export const sharedTexts = (
  object: LiveObject,
  field: 'labels' | 'annotations',
  shared: SharedValues,
): Readonly<Record<string, string>> => shared.share(textsAt(object, 'metadata', field));
