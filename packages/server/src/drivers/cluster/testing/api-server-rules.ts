import { isDeepStrictEqual } from 'node:util';
import { PltfError } from '@pltf/contracts';
import type { JsonObject, JsonValue } from '@pltf/plan/render';
import { isMap, textIn } from './field-set.ts';

/** Kinds that belong to the whole cluster, as far as anybody here meets them. */
const clusterWide = new Set([
  'ClusterRole',
  'ClusterRoleBinding',
  'CustomResourceDefinition',
  'Namespace',
  'Node',
  'ValidatingAdmissionPolicy',
  'ValidatingAdmissionPolicyBinding',
]);

export const isClusterWide = (kind: string): boolean => clusterWide.has(kind);

/** Kinds that have a spec and do not count its generations. */
const uncounted = new Set([
  'HorizontalPodAutoscaler',
  'LimitRange',
  'Namespace',
  'PersistentVolumeClaim',
  'Pod',
  'ResourceQuota',
  'Service',
]);

export const countsGenerations = (object: JsonObject): boolean =>
  object['spec'] !== undefined && !uncounted.has(textIn(object['kind']));

const map = (value: JsonValue | undefined): JsonObject => (isMap(value) ? value : {});
const list = (value: JsonValue | undefined): readonly JsonValue[] =>
  Array.isArray(value) ? (value as readonly JsonValue[]) : [];

const specDefaults: Readonly<Record<string, JsonObject>> = {
  CronJob: { concurrencyPolicy: 'Allow', suspend: false, successfulJobsHistoryLimit: 3 },
  Deployment: { replicas: 1, revisionHistoryLimit: 10, progressDeadlineSeconds: 600 },
  Job: { backoffLimit: 6, completions: 1, parallelism: 1 },
  ReplicaSet: { replicas: 1 },
  Service: { type: 'ClusterIP', sessionAffinity: 'None' },
  StatefulSet: { replicas: 1, revisionHistoryLimit: 10, podManagementPolicy: 'OrderedReady' },
};

/** What an API server fills in where nobody says anything; nobody owns it. */
export function withDefaults(object: JsonObject): JsonObject {
  const kind = textIn(object['kind']);
  if (kind === 'Namespace') return namespaceDefaults(object);
  const spec = isMap(object['spec']) ? object['spec'] : undefined;
  const defaults = specDefaults[kind];
  if (spec === undefined) return object;
  const filled: Record<string, JsonValue> = { ...defaults, ...spec };
  if (kind === 'Service') {
    filled['ports'] = list(spec['ports']).map((port) => ({ protocol: 'TCP', ...map(port) }));
  }
  if (kind === 'Deployment') {
    filled['strategy'] = {
      type: 'RollingUpdate',
      rollingUpdate: { maxSurge: '25%', maxUnavailable: '25%' },
      ...map(spec['strategy']),
    };
  }
  if (isMap(spec['template'])) filled['template'] = templateDefaults(spec['template']);
  return { ...object, spec: filled };
}

function templateDefaults(template: JsonObject): JsonObject {
  const pod = map(template['spec']);
  const containers = list(pod['containers']).map((container) => {
    const fields = map(container);
    if (fields['ports'] === undefined) return fields;
    return {
      ...fields,
      ports: list(fields['ports']).map((port) => ({ protocol: 'TCP', ...map(port) })),
    };
  });
  const spec = { restartPolicy: 'Always', terminationGracePeriodSeconds: 30, ...pod, containers };
  return { ...template, spec };
}

function namespaceDefaults(object: JsonObject): JsonObject {
  const metadata = map(object['metadata']);
  const labels = {
    'kubernetes.io/metadata.name': metadata['name'] ?? '',
    ...map(metadata['labels']),
  };
  return {
    ...object,
    metadata: { ...metadata, labels },
    spec: { finalizers: ['kubernetes'], ...map(object['spec']) },
    status: { phase: 'Active', ...map(object['status']) },
  };
}

/** What can never change once it is there, below `spec`. */
const immutable: Readonly<Record<string, readonly string[]>> = {
  Deployment: ['selector'],
  Job: ['selector', 'template', 'completions'],
  StatefulSet: ['selector', 'serviceName', 'podManagementPolicy', 'volumeClaimTemplates'],
};

/** Refuses as an API server does: what cannot change, and replicas that are no number. */
export function validate(before: JsonObject | undefined, after: JsonObject): void {
  const kind = textIn(after['kind']);
  const name = textIn(map(after['metadata'])['name']);
  const spec = map(after['spec']);
  const problems = (before === undefined ? [] : (immutable[kind] ?? []))
    .filter((field) => !isDeepStrictEqual(map(before?.['spec'])[field], spec[field]))
    .map((field) => ({ where: `spec.${field}`, message: 'field is immutable' }));
  const replicas = spec['replicas'];
  if (replicas !== undefined && (typeof replicas !== 'number' || replicas < 0)) {
    problems.push({ where: 'spec.replicas', message: 'must be a number of 0 or more' });
  }
  if (problems.length === 0) return;
  throw new PltfError('cluster-refused', {
    detail: `${kind} ${name} is not valid: ${problems.map(({ where, message }) => `${where}: ${message}`).join('; ')}`,
    errors: problems,
  });
}

export const isSelected = (
  object: JsonObject,
  selectors: {
    readonly labels?: string | undefined;
    readonly fields?: string | undefined;
  },
): boolean =>
  matchesLabels(map(map(object['metadata'])['labels']), selectors.labels) &&
  matchesFields(object, selectors.fields);

/** Label selectors as the API takes them: `a=b,c!=d,e in (f,g),!h,i`. */
function matchesLabels(labels: JsonObject, selector: string | undefined): boolean {
  const terms = selector?.match(/[^,(]+(?:\([^)]*\))?/g) ?? [];
  return terms.every((text) => {
    const term = text.trim();
    const among = /^(\S+)\s+(in|notin)\s+\(([^)]*)\)$/.exec(term);
    if (among !== null) {
      const values = (among[3] ?? '').split(',').map((value) => value.trim());
      const value = labels[among[1] ?? ''];
      return (value !== undefined && values.includes(textIn(value))) === (among[2] === 'in');
    }
    const [, key = '', operator, wanted] = /^([^=!]+)(!=|==?)(.*)$/.exec(term) ?? [];
    if (operator === '!=') return labels[key] !== wanted;
    if (operator !== undefined) return labels[key] === wanted;
    return term.startsWith('!') ? labels[term.slice(1)] === undefined : labels[term] !== undefined;
  });
}

function matchesFields(object: JsonObject, selector: string | undefined): boolean {
  return (selector ?? '').split(',').every((term) => {
    const [, path, operator, wanted] = /^([^=!]+)(!=|==?)(.*)$/.exec(term.trim()) ?? [];
    if (path === undefined) return true;
    const value = path
      .split('.')
      .reduce<JsonValue | undefined>((node, field) => map(node)[field], object);
    return (
      ((typeof value === 'object' ? '' : String(value ?? '')) === wanted) !== (operator === '!=')
    );
  });
}
