import type { JsonObject, JsonValue } from '../../template/json.ts';
import type { RenderInput } from '../kubernetes/input.ts';
import { fingerprint, shortened } from '../kubernetes/names.ts';
import type { KubernetesObject } from '../kubernetes/object.ts';
import { renderPlacement, renderTask } from '../kubernetes/render-placement.ts';
import type { GitOpsAgent } from './layout.ts';

export interface GitOpsManifest {
  readonly agent: GitOpsAgent;
  readonly input: RenderInput;
  /** The release task of a release that has not served yet. */
  readonly task?:
    | { readonly command: readonly string[]; readonly timeoutSeconds?: number | undefined }
    | undefined;
  /**
   * For Flux, which applies everything at once: the task runs before the workload changes when this commit still has
   * the workload of the release before (undefined: none, it is the first one). The commit after has the new workload.
   */
  readonly before?: { readonly workload: RenderInput | undefined } | undefined;
  /** Takes off what keeps namespace and claims from being pruned: the commit after takes the placement out. */
  readonly unlocked?: boolean | undefined;
}

/** What is in the manifest of a placement: its objects, as they are rendered for a cluster, for the agent's eyes. */
export function gitopsObjects(manifest: GitOpsManifest): readonly KubernetesObject[] {
  const { input, task, before } = manifest;
  const objects = renderPlacement(input);
  const job = task === undefined ? [] : [releaseJob(input, task)];
  const first = objects.filter((object) => !runs(object));
  const last =
    before === undefined
      ? objects.filter(runs)
      : before.workload === undefined
        ? []
        : renderPlacement(before.workload).filter(runs);
  return [...first, ...job, ...last].map((object) => noted(object, manifest));
}

const running: ReadonlySet<string> = /* @__PURE__ */ new Set([
  'Deployment',
  'StatefulSet',
  'CronJob',
  'HorizontalPodAutoscaler',
  'PodDisruptionBudget',
]);
const runs = ({ kind }: KubernetesObject): boolean => running.has(kind);

/**
 * Named for its release and for what it does, since a Job cannot change; without a time to live, because an agent
 * would make it again, and so run it again, as soon as the cluster has cleaned it up.
 */
function releaseJob(
  input: RenderInput,
  task: NonNullable<GitOpsManifest['task']>,
): KubernetesObject {
  const { metadata, spec, ...rest } = renderTask(input, {
    id: `release-${input.release.number}`,
    ...task,
  });
  const { ttlSecondsAfterFinished: _, ...kept } = spec as JsonObject;
  const name = shortened(`${metadata.name}-${fingerprint(JSON.stringify(kept)).slice(-6)}`);
  return { ...rest, metadata: { ...metadata, name }, spec: kept };
}

function noted(object: KubernetesObject, manifest: GitOpsManifest): KubernetesObject {
  const extra = manifest.agent === 'argocd' ? forArgo(object, manifest) : forFlux(object, manifest);
  if (Object.keys(extra).length === 0) return object;
  const { metadata } = object;
  return {
    ...object,
    metadata: { ...metadata, annotations: { ...metadata.annotations, ...extra } },
  };
}

const guarded: ReadonlySet<string> = /* @__PURE__ */ new Set([
  'Namespace',
  'PersistentVolumeClaim',
  'CustomResourceDefinition',
]);

function forFlux({ kind, spec }: KubernetesObject, { unlocked }: GitOpsManifest): JsonStrings {
  if (guarded.has(kind) && unlocked !== true)
    return { 'kustomize.toolkit.fluxcd.io/prune': 'disabled' };
  // The Kustomization leaves the replicas of these alone: an autoscaler owns them.
  const scaled = scalable.has(kind) && (spec as JsonObject)['replicas'] === undefined;
  return scaled ? { 'pltf.dev/scaled-by': 'autoscaler' } : {};
}

const scalable: ReadonlySet<string> = /* @__PURE__ */ new Set(['Deployment', 'StatefulSet']);

type JsonStrings = Readonly<Record<string, string>>;

/**
 * Waves only where a release task has to stand between settings and workload: each costs a pause. The task is no hook:
 * a PreSync hook runs before the first namespace is there, and again at every later sync of its group; a Job of the
 * sync itself is waited for, stops the sync when it fails, and runs once.
 */
function forArgo(object: KubernetesObject, { task, unlocked }: GitOpsManifest): JsonStrings {
  const options: string[] = [];
  if (guarded.has(object.kind) && unlocked !== true)
    options.push('Prune=confirm', 'Delete=confirm');
  if (isAdded(object)) options.push('SkipDryRunOnMissingResource=true');
  return {
    ...(options.length === 0 ? {} : { 'argocd.argoproj.io/sync-options': options.join(',') }),
    ...(task === undefined || runs(object)
      ? {}
      : { 'argocd.argoproj.io/sync-wave': object.kind === 'Job' ? '-1' : '-2' }),
  };
}

/** Of a group that is not Kubernetes' own: its definition may come to the cluster later. */
function isAdded({ apiVersion }: KubernetesObject): boolean {
  const group = apiVersion.includes('/') ? (apiVersion.split('/')[0] ?? '') : '';
  return group.includes('.') && !ownGroups.has(group);
}

const ownGroups: ReadonlySet<string> = /* @__PURE__ */ new Set([
  'networking.k8s.io',
  'rbac.authorization.k8s.io',
]);

const argoOptions = 'argocd.argoproj.io/sync-options';

/** How an agent is told to leave an object where it is, once it is no more in the repository. */
function leaving(agent: GitOpsAgent, options: JsonValue | undefined): JsonStrings {
  if (agent === 'flux') return { 'kustomize.toolkit.fluxcd.io/prune': 'disabled' };
  const others = (typeof options === 'string' ? options : '')
    .split(',')
    .filter((option) => option !== '' && !/^(?:Prune|Delete)=/.test(option));
  return {
    [argoOptions]: ['Prune=false', 'Delete=false', ...others].join(','),
    // Its Application is in sync without it.
    'argocd.argoproj.io/compare-options': 'IgnoreExtraneous',
  };
}

/**
 * The same objects for the agent to let go of: whatever leaves the repository then stays in the cluster. To be seen there
 * before anything leaves, because agents look at the object in the cluster. Pure, and the same for what is let go already.
 */
export const lettingGo = (
  objects: readonly JsonObject[],
  agent: GitOpsAgent,
): readonly JsonObject[] =>
  objects.map((object) => {
    const metadata = (object['metadata'] ?? {}) as JsonObject;
    const before = (metadata['annotations'] ?? {}) as JsonObject;
    const annotations = { ...before, ...leaving(agent, before[argoOptions]) };
    return { ...object, metadata: { ...metadata, annotations } };
  });
