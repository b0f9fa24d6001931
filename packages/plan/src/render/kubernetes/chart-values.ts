import type { JsonObject, JsonValue } from '../../template/json.ts';
import { literal } from './bound-text.ts';
import { secretNames } from './configuration.ts';
import type { RenderInput } from './input.ts';
import type { KubernetesObject } from './object.ts';
import { autoscales, fewest, type Placed, place } from './placed.ts';
import { renderPlacement } from './render-placement.ts';

/**
 * Values with which the Helm chart of a created repository makes this placement's objects, all but its namespace:
 * `helm upgrade --install <label> ./chart --namespace <namespace> --values …`. For those who move on without the
 * platform. The chart of a job makes a CronJob, every other one a Deployment; a volume and more than sixteen hosts it
 * does not know.
 */
export function chartValues(input: RenderInput): JsonObject {
  const placed = place(input);
  const objects = renderPlacement(input);
  const { spec, cluster, labels, annotations, port } = placed;
  const quota = fieldOf(objects, 'ResourceQuota', 'hard');
  return {
    image: imageValues(input),
    imagePullSecrets: [...(cluster.pullSecrets ?? [])],
    component: spec.kind,
    release: { number: String(input.release.number), commit: input.release.commit },
    labels: withPrefix(labels, 'pltf.dev/', []),
    annotations: withPrefix(annotations, 'pltf.dev/', ['pltf.dev/commit', 'pltf.dev/release']),
    command: (spec.run.command ?? []).map(literal),
    http: httpValues(placed),
    env: dataOf(objects, placed.name),
    envFromSecrets: [...secretNames(placed)],
    ...(spec.kind === 'job' ? turnValues(placed) : instanceValues(placed, objects)),
    resources: resourcesOf(objects),
    tmpSize: temporaryOf(objects),
    terminationGracePeriodSeconds: podOf(objects)['terminationGracePeriodSeconds'] ?? 0,
    ...(port === undefined ? {} : entryValues(objects)),
    networkPolicy: networkValues(placed, objects),
    quota: { enabled: true, hard: quota ?? {}, mostMemory: mostMemory(objects) },
    monitoring: monitoringValues(placed, objects),
  };
}

/** Of a job: without a schedule the chart makes no CronJob either. */
const turnValues = ({ input }: Placed): JsonObject => ({
  schedule: input.schedule ?? '',
  suspend: input.stopped === true,
});

function instanceValues(placed: Placed, objects: readonly KubernetesObject[]): JsonObject {
  const { spec, cluster } = placed;
  return {
    alive: (spec.run.alive ?? []).map(literal),
    replicas: fewest(placed),
    autoscaling: {
      enabled: autoscales(placed),
      minReplicas: Math.max(1, fewest(placed)),
      maxReplicas: Math.max(1, spec.run.instances.maximum),
      targetCpuPercent: 70,
    },
    startSeconds: Math.max(1, Math.ceil(spec.run.startTimeoutMs / 1000)),
    zoneSpread: spec.tier === 1 && (cluster.zones ?? 1) > 1 ? 'DoNotSchedule' : 'ScheduleAnyway',
    podDisruptionBudget: { enabled: objects.some(({ kind }) => kind === 'PodDisruptionBudget') },
  };
}

const httpValues = ({ port, spec }: Placed): JsonObject =>
  port === undefined
    ? { enabled: false }
    : {
        enabled: true,
        port,
        healthPath: spec.run.health ?? '',
        metricsPath: spec.run.metrics ?? '',
      };

function imageValues({ release }: RenderInput): JsonObject {
  const [repository = '', digest = ''] = release.image.split('@');
  return { repository, tag: '', digest, pullPolicy: 'IfNotPresent', user: release.user ?? 1000 };
}

const withPrefix = (
  record: Readonly<Record<string, string>>,
  prefix: string,
  without: readonly string[],
): Readonly<Record<string, string>> =>
  Object.fromEntries(
    Object.entries(record).filter(([key]) => key.startsWith(prefix) && !without.includes(key)),
  );

const objectOf = (objects: readonly KubernetesObject[], kind: string): JsonObject | undefined =>
  objects.find((object) => object.kind === kind)?.['spec'] as JsonObject | undefined;

const fieldOf = (
  objects: readonly KubernetesObject[],
  kind: string,
  field: string,
): JsonValue | undefined => objectOf(objects, kind)?.[field];

const dataOf = (objects: readonly KubernetesObject[], name: string): JsonValue =>
  objects.find(({ kind, metadata }) => kind === 'ConfigMap' && metadata.name === name)?.['data'] ??
  {};

/** The pod of a Deployment's instances or of a CronJob's turns; of anything else the chart makes nothing useful. */
function podOf(objects: readonly KubernetesObject[]): JsonObject {
  const turn = fieldOf(objects, 'CronJob', 'jobTemplate') as JsonObject | undefined;
  const template =
    turn === undefined
      ? fieldOf(objects, 'Deployment', 'template')
      : (turn['spec'] as JsonObject)['template'];
  return ((template as JsonObject | undefined)?.['spec'] ?? {}) as JsonObject;
}

function resourcesOf(objects: readonly KubernetesObject[]): JsonValue {
  const [container] = (podOf(objects)['containers'] ?? []) as readonly JsonObject[];
  return container?.['resources'] ?? {};
}

function temporaryOf(objects: readonly KubernetesObject[]): JsonValue {
  const [volume] = (podOf(objects)['volumes'] ?? []) as readonly JsonObject[];
  return (volume?.['emptyDir'] as JsonObject | undefined)?.['sizeLimit'] ?? '64Mi';
}

function mostMemory(objects: readonly KubernetesObject[]): JsonValue {
  const [limit] = (fieldOf(objects, 'LimitRange', 'limits') ?? []) as readonly JsonObject[];
  return (limit?.['max'] as JsonObject | undefined)?.['memory'] ?? '1Gi';
}

function entryValues(objects: readonly KubernetesObject[]): JsonObject {
  const route = objectOf(objects, 'HTTPRoute');
  const ingress = objects.find(({ kind }) => kind === 'Ingress');
  const spec = (ingress?.['spec'] ?? {}) as JsonObject;
  const [tls] = (spec['tls'] ?? []) as readonly JsonObject[];
  const rules = (spec['rules'] ?? []) as readonly JsonObject[];
  return {
    route: {
      enabled: route !== undefined,
      parentRefs: route?.['parentRefs'] ?? [],
      hostnames: route?.['hostnames'] ?? [],
    },
    ingress: {
      enabled: ingress !== undefined,
      className: spec['ingressClassName'] ?? '',
      hosts: rules.map(({ host }) => host ?? ''),
      tlsSecret: tls?.['secretName'] ?? '',
      annotations: withPrefix(ingress?.metadata.annotations ?? {}, 'cert-manager.io/', []),
    },
  };
}

/** Policies by what they are for: the part of their names behind the placement's. */
function networkValues(
  { name, cluster }: Placed,
  objects: readonly KubernetesObject[],
): JsonObject {
  const from: Record<string, JsonValue> = {};
  const to: Record<string, JsonValue> = {};
  for (const { kind, metadata, spec } of objects as readonly (KubernetesObject & {
    readonly spec: JsonObject;
  })[]) {
    if (kind !== 'NetworkPolicy') continue;
    const purpose = metadata.name.slice(name.length + 1);
    const [egress] = (spec['egress'] ?? []) as readonly JsonObject[];
    if (purpose.startsWith('from-')) from[purpose.slice(5)] = namespaceIn(spec);
    else if (purpose.startsWith('to-') && egress !== undefined) to[purpose.slice(3)] = egress;
  }
  const dns = cluster.dns ?? { namespace: 'kube-system', labels: { 'k8s-app': 'kube-dns' } };
  return { enabled: true, dns: { ...dns }, from, to };
}

function namespaceIn(spec: JsonObject): JsonValue {
  const text = JSON.stringify(spec['ingress']);
  return /"kubernetes\.io\/metadata\.name":"([^"]*)"/.exec(text)?.[1] ?? '';
}

function monitoringValues(placed: Placed, objects: readonly KubernetesObject[]): JsonObject {
  const { monitoring } = placed.cluster;
  const dashboard = objects.find(({ metadata }) => metadata.name === `${placed.name}-dashboard`);
  return {
    enabled: monitoring !== undefined,
    labels: { ...monitoring?.labels },
    groups: fieldOf(objects, 'PrometheusRule', 'groups') ?? [],
    dashboard: Object.values((dashboard?.['data'] ?? {}) as JsonObject)[0] ?? '',
  };
}
