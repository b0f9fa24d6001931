import type { JsonObject, JsonValue } from '@pltf/plan/render';
import type { LiveObject } from '../cluster-api.ts';
import { keyOf } from './object-store.ts';
import { nextReplicas } from './replica-steps.ts';
import { isReady, podOf, templateHash, type Workshop } from './workshop.ts';

interface ReplicaSet {
  readonly object: LiveObject;
  readonly isNew: boolean;
  readonly replicas: number;
  readonly pods: readonly LiveObject[];
  readonly available: number;
}

const replicasOf = (object: LiveObject): number =>
  Number((object['spec'] as JsonObject)['replicas'] ?? 1);

/** One look at a Deployment: its ReplicaSets, their pods, its status. */
export function runDeployment(shop: Workshop, deployment: LiveObject): void {
  const spec = deployment['spec'] as JsonObject;
  const template = spec['template'] as JsonObject;
  const hash = templateHash(template);
  if (spec['paused'] !== true) ensureReplicaSet(shop, deployment, template, hash);

  const sets = replicaSets(shop, deployment, hash);
  const wanted = wantedReplicas(spec, sets);
  sets.forEach((set, index) => {
    const replicas = wanted[index] ?? set.replicas;
    if (replicas !== set.replicas) {
      shop.cluster.edit(keyOf(set.object), 'kube-controller-manager', { spec: { replicas } });
    }
    fill(shop, set, replicas);
  });
  writeStatus(shop, deployment, replicaSets(shop, deployment, hash));
}

function wantedReplicas(spec: JsonObject, sets: readonly ReplicaSet[]): readonly number[] {
  const replicas = Number(spec['replicas']);
  if (spec['paused'] === true && !sets.some((set) => set.isNew)) {
    // Only the newest is scaled while nothing may be rolled out.
    const rest = sets.slice(0, -1).reduce((total, set) => total + set.replicas, 0);
    return sets.map((set, index) =>
      index === sets.length - 1 ? Math.max(0, replicas - rest) : set.replicas,
    );
  }
  const strategy = (spec['strategy'] ?? {}) as JsonObject;
  const rolling = (strategy['rollingUpdate'] ?? {}) as JsonObject;
  const { maxSurge, maxUnavailable } = rolling;
  return nextReplicas(sets, { replicas, maxSurge, maxUnavailable });
}

function ensureReplicaSet(
  shop: Workshop,
  deployment: LiveObject,
  template: JsonObject,
  hash: string,
): void {
  const existing = shop.ownedBy(deployment, 'ReplicaSet');
  const revision = (set: LiveObject): number =>
    Number(set.metadata.annotations?.['deployment.kubernetes.io/revision'] ?? 0);
  const newest = Math.max(0, ...existing.map(revision));
  const name = `${deployment.metadata.name}-${hash}`;
  const same = existing.find((set) => set.metadata.name === name);
  if (same !== undefined && revision(same) === newest) return;
  const { namespace } = deployment.metadata;
  const key = { apiVersion: 'apps/v1', kind: 'ReplicaSet', namespace, name };
  const annotations = { 'deployment.kubernetes.io/revision': String(newest + 1) };
  if (same === undefined) {
    const { labels } = podOf(template);
    const named = { ...labels, 'pod-template-hash': hash };
    shop.make(deployment, key, { spec: { replicas: 0, template } }, named);
  }
  shop.cluster.edit(key, 'kube-controller-manager', { metadata: { annotations } });
  shop.cluster.edit(keyOf(deployment), 'kube-controller-manager', { metadata: { annotations } });
}

const replicaSets = (shop: Workshop, deployment: LiveObject, hash: string): readonly ReplicaSet[] =>
  shop.ownedBy(deployment, 'ReplicaSet').map((object) => {
    const pods = shop
      .ownedBy(object, 'Pod')
      .filter((pod) => pod.metadata.deletionTimestamp === undefined);
    return {
      object,
      pods,
      isNew: object.metadata.name.endsWith(`-${hash}`),
      replicas: replicasOf(object),
      available: pods.filter(isReady).length,
    };
  });

/** As many pods as wanted: those that are not ready go first. */
function fill(shop: Workshop, set: ReplicaSet, replicas: number): void {
  const { namespace, name, labels } = set.object.metadata;
  const { fields } = podOf((set.object['spec'] as JsonObject)['template'] as JsonObject);
  let refused: string | undefined;
  for (let count = set.pods.length; count < replicas; count += 1) {
    refused = shop.refusal(set.object);
    if (refused !== undefined) break;
    const suffix = `${shop.cluster.objects.version().toString(36)}${count}`;
    const key = { apiVersion: 'v1', kind: 'Pod', namespace, name: `${name}-${suffix}` };
    shop.make(set.object, key, fields, { ...labels });
  }
  const failure = (message: string) => condition('ReplicaFailure', 'True', 'FailedCreate', message);
  shop.status(set.object, { conditions: refused === undefined ? [] : [failure(refused)] });
  const excess = Math.max(0, set.pods.length - replicas);
  const first = [...set.pods].sort((a, b) => Number(isReady(a)) - Number(isReady(b)));
  for (const pod of first.slice(0, excess)) shop.stop(pod);
}

function writeStatus(shop: Workshop, deployment: LiveObject, sets: readonly ReplicaSet[]): void {
  const spec = deployment['spec'] as JsonObject;
  const count = (of: readonly ReplicaSet[], what: (set: ReplicaSet) => number): number =>
    of.reduce((total, set) => total + what(set), 0);
  const fresh = sets.filter((set) => set.isNew);
  const replicas = count(sets, (set) => set.pods.length);
  const updated = count(fresh, (set) => set.pods.length);
  const available = count(sets, (set) => set.available);
  const wanted = Number(spec['replicas']);
  const done = updated === wanted && available === wanted && replicas === wanted;
  const signature = [deployment.metadata.generation, updated, replicas, available].join(' ');
  const since = shop.progressAt(deployment, signature);
  const deadlineMs = Number(spec['progressDeadlineSeconds'] ?? 600) * 1000;
  if (!done) shop.wakeAt(since + deadlineMs);
  const late = !done && shop.now() - since >= deadlineMs;
  const set = fresh[0]?.object.metadata.name ?? '';
  shop.status(deployment, {
    observedGeneration: deployment.metadata.generation ?? 1,
    replicas,
    updatedReplicas: updated,
    readyReplicas: available,
    availableReplicas: available,
    unavailableReplicas: Math.max(0, replicas - available),
    conditions: [
      available >= wanted
        ? condition(
            'Available',
            'True',
            'MinimumReplicasAvailable',
            'Deployment has minimum availability.',
          )
        : condition(
            'Available',
            'False',
            'MinimumReplicasUnavailable',
            'Deployment does not have minimum availability.',
          ),
      progressing(set, { done, late, paused: spec['paused'] === true }),
      ...fresh.flatMap(({ object }) => conditionsOf(object)),
    ],
  });
}

/** A Deployment says of its ReplicaSet that it may not make pods. */
const conditionsOf = ({ status }: LiveObject): readonly JsonObject[] =>
  ((status as JsonObject | undefined)?.['conditions'] ?? []) as readonly JsonObject[];

function progressing(
  set: string,
  is: { readonly done: boolean; readonly late: boolean; readonly paused: boolean },
): JsonValue {
  const named = `ReplicaSet "${set}"`;
  if (is.paused)
    return condition('Progressing', 'Unknown', 'DeploymentPaused', 'Deployment is paused');
  if (is.done) {
    return condition(
      'Progressing',
      'True',
      'NewReplicaSetAvailable',
      `${named} has successfully progressed.`,
    );
  }
  if (is.late) {
    return condition(
      'Progressing',
      'False',
      'ProgressDeadlineExceeded',
      `${named} has timed out progressing.`,
    );
  }
  return condition('Progressing', 'True', 'ReplicaSetUpdated', `${named} is progressing.`);
}

const condition = (type: string, status: string, reason: string, message: string): JsonObject => ({
  type,
  status,
  reason,
  message,
});
