import { createHash } from 'node:crypto';
import { clusterFacts } from '@pltf/plan';
import {
  type ClusterFacts,
  type JsonObject,
  type KubernetesObject,
  namespaceOf,
  type RenderInput,
  renderPlacement,
  renderTask,
} from '@pltf/plan/render';
import type { Accepted } from '../../../../modules/runtime/index.ts';
import { type Seal, type SealedObject, seal } from '../apply/seal.ts';
import type { Target } from './rollout-accept.ts';

/** On pods: which template they were made from, so that no status of a workload has to be believed. */
export const templateAnnotation = 'pltf.dev/template';
/** On the Jobs of tasks (as an annotation too, where no id is too long), and on their pods: the task's id. */
export const taskLabel = 'pltf.dev/task';

const workloadKinds: ReadonlySet<string> = new Set(['Deployment', 'StatefulSet', 'CronJob']);
const followingKinds: ReadonlySet<string> = new Set([
  'HorizontalPodAutoscaler',
  'PodDisruptionBudget',
]);

/** Whether an object belongs to the workload's part of a rollout: what runs instances, scales and protects them. */
export const isOfWorkload = ({ kind }: { readonly kind: string }): boolean =>
  workloadKinds.has(kind) || followingKinds.has(kind);

/** What a target is in a cluster. */
export interface TargetObjects {
  readonly sealed: readonly SealedObject[];
  /** What runs instances; undefined for a job without a schedule. */
  readonly workload: SealedObject | undefined;
  /** The digest on pods of the template that is wanted; undefined where pods come and go by themselves. */
  readonly template: string | undefined;
  /** The number of instances, where no autoscaler decides it. */
  readonly replicas: number | undefined;
}

/** The namespace of a placement, by its id. */
export function namespaceOfPlacement(id: string): string {
  const dot = id.lastIndexOf('.');
  return namespaceOf(id.slice(0, dot), id.slice(dot + 1));
}

/** What a cluster was, so that it can be written down: instances are rendered for the cluster that they began on. */
export const factsRecord = (facts: ClusterFacts): NonNullable<Accepted['facts']> =>
  JSON.parse(JSON.stringify({ ...facts, kinds: [...facts.kinds].toSorted() }));

const factsOf = (record: NonNullable<Accepted['facts']>): ClusterFacts => ({
  ...record,
  kinds: new Set(record.kinds),
});

/**
 * The cluster as it is, with what the platform file said of it when the rollout began: a newer version of the platform
 * reaches a placement by a rollout, in its wave, and not because its driver was opened anew.
 */
export const factsFor = ({ cluster }: Accepted['wanted'], facts: ClusterFacts): ClusterFacts =>
  cluster === undefined ? facts : clusterFacts(cluster, facts);

/** What the renderer makes a target's objects from. */
export function inputOf({ accepted, stopped, paused }: Target, cluster: ClusterFacts): RenderInput {
  const { wanted, image } = accepted;
  const { desired, object, callers, callees, schedule, stamp } = wanted;
  return {
    placement: object,
    release: {
      number: desired.release.number,
      commit: desired.release.commit,
      image: image?.reference ?? '',
      user: image?.user,
    },
    cluster,
    callers,
    callees,
    schedule,
    stamp,
    restarts: desired.restarts,
    stopped,
    paused,
  };
}

/**
 * The objects of a target, as they are applied. What is around the instances follows the cluster as it is now; the
 * instances themselves stay as they were rendered when their rollout began, so that the upgrade of a cluster does not
 * replace all of them.
 */
export function targetObjects(target: Target, cluster: ClusterFacts, by: Seal): TargetObjects {
  const facts = factsFor(target.accepted.wanted, cluster);
  const rendered = renderPlacement(inputOf(target, facts));
  const { facts: before } = target.accepted;
  const isSame =
    before === undefined || JSON.stringify(before) === JSON.stringify(factsRecord(facts));
  const instances = isSame ? rendered : renderPlacement(inputOf(target, factsOf(before)));
  const objects = [
    ...rendered.filter((object) => !isOfWorkload(object)),
    ...instances.filter(isOfWorkload).map(withTemplateMark),
  ];
  const sealed = seal(objects, by);
  const workload = sealed.find(({ kind }) => workloadKinds.has(kind));
  return {
    sealed,
    workload,
    template: workload === undefined ? undefined : templateIn(workload),
    replicas: replicasIn(workload),
  };
}

/** The Job of a task beside a target's instances, as it is applied. */
export function taskObjects(
  target: Target,
  facts: ClusterFacts,
  by: Seal,
  task: Parameters<typeof renderTask>[1],
): SealedObject {
  const { facts: before } = target.accepted;
  // Of a cluster that others apply to, only its version and kinds were written down.
  const own = factsFor(target.accepted.wanted, facts);
  const cluster = before === undefined ? own : { ...own, ...factsOf(before) };
  const job = renderTask(inputOf({ ...target, stopped: false }, cluster), task);
  const annotations = { ...job.metadata.annotations, [taskLabel]: task.id };
  const named = { ...job, metadata: { ...job.metadata, annotations } };
  const [sealed] = seal([named], by);
  return sealed ?? named;
}

type Fields = Record<string, unknown>;
const fieldsOf = (value: unknown): Fields => (value ?? {}) as Fields;

/** Pods tell which template they were made from. A job's turns come and go by themselves. */
export function withTemplateMark(object: KubernetesObject): KubernetesObject {
  const spec = fieldsOf(object['spec']);
  if (spec['template'] === undefined) return object;
  const template = fieldsOf(spec['template']);
  const metadata = fieldsOf(template['metadata']);
  const digest = createHash('sha256').update(JSON.stringify(template)).digest('base64url');
  const annotations = {
    ...fieldsOf(metadata['annotations']),
    [templateAnnotation]: digest.slice(0, 16),
  };
  const made = { ...template, metadata: { ...metadata, annotations } };
  const spread = { ...spec, template: made } as JsonObject;
  return { ...object, spec: spread };
}

function templateIn(workload: KubernetesObject): string | undefined {
  const template = fieldsOf(fieldsOf(workload['spec'])['template']);
  const annotations = fieldsOf(fieldsOf(template['metadata'])['annotations']);
  const digest = annotations[templateAnnotation];
  return typeof digest === 'string' ? digest : undefined;
}

function replicasIn(workload: KubernetesObject | undefined): number | undefined {
  const replicas = fieldsOf(workload?.['spec'])['replicas'];
  return typeof replicas === 'number' ? replicas : undefined;
}
