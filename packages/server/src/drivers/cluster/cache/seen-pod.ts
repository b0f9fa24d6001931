import type { LiveObject } from '../cluster-api.ts';
import type { SeenContainer, SeenPod } from '../cluster-cache.ts';
import { fieldAt, listAt, numberAt, textAt } from '../json-read.ts';
import { sharedTexts } from './seen.ts';
import type { SharedValues } from './shared-values.ts';

/** What is kept of a pod. */
export function seenPod(pod: LiveObject, shared: SharedValues): SeenPod {
  const { metadata } = pod;
  const condition = (type: string): unknown =>
    listAt(pod, 'status', 'conditions').find((one) => textAt(one, 'type') === type);
  const scheduled = condition('PodScheduled');
  const owner = metadata.ownerReferences?.[0];
  return {
    apiVersion: pod.apiVersion,
    kind: pod.kind,
    namespace: metadata.namespace,
    name: metadata.name,
    uid: metadata.uid,
    labels: sharedTexts(pod, 'labels', shared),
    annotations: sharedTexts(pod, 'annotations', shared),
    createdAt: metadata.creationTimestamp ?? '',
    deleting: metadata.deletionTimestamp !== undefined,
    phase: textAt(pod, 'status', 'phase') ?? 'Unknown',
    reason: textAt(pod, 'status', 'reason'),
    ready: textAt(condition('Ready'), 'status') === 'True',
    readyAt: textAt(condition('Ready'), 'lastTransitionTime'),
    node: textAt(pod, 'spec', 'nodeName'),
    ip: textAt(pod, 'status', 'podIP'),
    owner: owner === undefined ? undefined : { kind: owner.kind, name: owner.name },
    scheduled: {
      ok: scheduled === undefined || textAt(scheduled, 'status') === 'True',
      message: textAt(scheduled, 'message'),
    },
    containers: [...blockingInitContainers(pod), ...containersOf(pod)],
  };
}

/** An init container that does not get done holds up the pod: it is shown until it is done. */
const blockingInitContainers = (pod: LiveObject): readonly SeenContainer[] =>
  listAt(pod, 'status', 'initContainerStatuses')
    .filter((status) => numberAt(status, 'state', 'terminated', 'exitCode') !== 0)
    .filter((status) => fieldAt(status, 'ready') !== true)
    .map((status) => container(textAt(status, 'name') ?? '', undefined, status));

function containersOf(pod: LiveObject): readonly SeenContainer[] {
  const statuses = listAt(pod, 'status', 'containerStatuses');
  return listAt(pod, 'spec', 'containers').map((spec) => {
    const name = textAt(spec, 'name') ?? '';
    const status = statuses.find((one) => textAt(one, 'name') === name);
    return container(name, textAt(spec, 'image'), status);
  });
}

function container(name: string, image: string | undefined, status: unknown): SeenContainer {
  const ended =
    fieldAt(status, 'state', 'terminated') ?? fieldAt(status, 'lastState', 'terminated');
  const is = stateOf(status);
  return {
    name,
    image: image ?? textAt(status, 'image') ?? '',
    ready: fieldAt(status, 'ready') === true,
    restarts: numberAt(status, 'restartCount') ?? 0,
    state: is.state,
    message: is.message,
    startedAt: textAt(status, 'state', 'running', 'startedAt'),
    lastEnd:
      ended === undefined
        ? undefined
        : {
            reason: textAt(ended, 'reason') ?? 'Error',
            exitCode: numberAt(ended, 'exitCode') ?? 0,
            signal: numberAt(ended, 'signal'),
            at: textAt(ended, 'finishedAt'),
          },
  };
}

function stateOf(status: unknown): {
  readonly state: string;
  readonly message: string | undefined;
} {
  if (fieldAt(status, 'state', 'running') !== undefined) {
    return { state: 'running', message: undefined };
  }
  const terminated = fieldAt(status, 'state', 'terminated');
  if (terminated !== undefined) {
    const state = `terminated:${textAt(terminated, 'reason') ?? 'Error'}`;
    return { state, message: textAt(terminated, 'message') };
  }
  const waiting = fieldAt(status, 'state', 'waiting');
  // A pod that no node has taken yet has no state of its containers at all.
  const state = `waiting:${textAt(waiting, 'reason') ?? 'Pending'}`;
  return { state, message: textAt(waiting, 'message') };
}
