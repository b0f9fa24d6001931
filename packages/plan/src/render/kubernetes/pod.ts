import type { JsonObject, JsonValue } from '../../template/json.ts';
import { constant } from '../yaml/constant.ts';
import { literal } from './bound-text.ts';
import { configurationData, secretNames } from './configuration.ts';
import { boundVariables, claimsOf, filesOf, mountsOf } from './container-parts.ts';
import { containerSecurity } from './container-security.ts';
import { filesName } from './files.ts';
import { ofValues } from './kept-parts.ts';
import { fingerprint, labelValue, shortened } from './names.ts';
import type { Fields } from './object.ts';
import { type Placed, since } from './placed.ts';
import { probesOf } from './probes.ts';
import { cpuQuantity, memoryQuantity } from './quantity.ts';
import { type SideContainers, sharesOf, sideContainers } from './side-containers.ts';
import { morePorts } from './traffic.ts';

/** After it was taken out of the load balancers, which learn late, an instance goes on serving for so long. */
export const pauseBeforeStopSeconds = 5;
export const marginSeconds = 5;

/** What kind of pod: instances serve and are probed, tasks run to their end. */
export type PodPurpose =
  | { readonly kind: 'instance' }
  | {
      readonly kind: 'task';
      readonly id: string | undefined;
      readonly command: readonly string[] | undefined;
      readonly timeoutSeconds: number | undefined;
    };

export function podTemplate(placed: Placed, purpose: PodPurpose): JsonObject {
  const { labels, annotations } = placed;
  const instance = purpose.kind === 'instance';
  return {
    metadata: {
      labels: instance ? labels : taskLabels(placed, purpose.id),
      annotations: { ...annotations, ...startedAnew(placed, instance) },
    },
    spec: podSpec(placed, purpose),
  };
}

/** What changes when instances are to be replaced: other settings, or a restart that somebody asked for. */
function startedAnew(placed: Placed, instance: boolean): Readonly<Record<string, string>> {
  const settings = configurationData(placed);
  const { data, binaryData, items } = filesOf(placed);
  const configuration = items.length === 0 ? settings : { ...settings, ...data, ...binaryData };
  const { restarts = 0 } = placed.input;
  return {
    ...(configuration === undefined ? {} : { 'pltf.dev/config-hash': hashOf(configuration) }),
    ...(instance && restarts > 0 ? { 'pltf.dev/restarts': String(restarts) } : {}),
  };
}

/** A task is none of the instances: a Service and a disruption budget do not select it. */
export const taskLabels = (placed: Placed, id?: string): Readonly<Record<string, string>> => ({
  ...placed.labels,
  'app.kubernetes.io/name': `${placed.spec.component}-task`,
  'app.kubernetes.io/component': 'task',
  ...(id === undefined ? {} : { 'pltf.dev/task': shortened(labelValue(id)) }),
});

/** Instances start again when their settings or files change. */
function hashOf(configuration: Readonly<Record<string, string>>): string {
  let text = '';
  for (const key in configuration) text += `${key}\u0000${configuration[key]}\u0000`;
  return fingerprint(text);
}

function podSpec(placed: Placed, purpose: PodPurpose): JsonObject {
  const { name, cluster, input } = placed;
  const spec: Fields = {
    serviceAccountName: name,
    automountServiceAccountToken: false,
    enableServiceLinks: false,
  };
  if (cluster.pullSecrets !== undefined && cluster.pullSecrets.length > 0)
    spec['imagePullSecrets'] = cluster.pullSecrets.map((secret) => ({ name: secret }));
  if (purpose.kind === 'task') {
    spec['restartPolicy'] = 'Never';
    if (purpose.timeoutSeconds !== undefined)
      spec['activeDeadlineSeconds'] = purpose.timeoutSeconds;
  }
  spec['terminationGracePeriodSeconds'] = graceSeconds(placed);
  spec['securityContext'] = podSecurity(placed, input.release.user);
  if (purpose.kind === 'instance') spec['topologySpreadConstraints'] = spread(placed);
  const sides = purpose.kind === 'instance' ? sideContainers(placed) : undefined;
  if (sides !== undefined && sides.initial.length > 0) spec['initContainers'] = sides.initial;
  spec['containers'] = [container(placed, purpose), ...(sides?.beside ?? [])];
  spec['volumes'] = podVolumes(placed, sides);
  return spec;
}

const leastTemporaryMiB = 64;
/** As large as in a container of a machine: half the memory. */
const temporary = /* @__PURE__ */ ofValues((memoryMiB: number, least: number) => [
  {
    name: 'tmp',
    emptyDir: { sizeLimit: memoryQuantity(Math.max(least, Math.floor(memoryMiB / 2))) },
  },
]);

function podVolumes(placed: Placed, sides: SideContainers | undefined): readonly JsonValue[] {
  const { items } = filesOf(placed);
  const ofSides = sides?.volumes ?? [];
  const volumes = temporary(placed.spec.run.memoryMiB, leastTemporaryMiB);
  if (items.length === 0 && ofSides.length === 0) return volumes;
  const files = { name: 'files', configMap: { name: filesName(placed), items } };
  return [...volumes, ...ofSides, ...(items.length === 0 ? [] : [files])];
}

/** The pause, then SIGTERM and the time to finish what is in flight, and a margin. */
export const graceSeconds = ({ spec, port }: Placed): number =>
  (port === undefined ? 0 : pauseBeforeStopSeconds) +
  Math.ceil(spec.run.drainMs / 1000) +
  marginSeconds;

const seccompProfile = /* @__PURE__ */ constant({ type: 'RuntimeDefault' });
const groupOfVolumes = 1000;
const usualSecurity = /* @__PURE__ */ constant({ runAsNonRoot: true, seccompProfile });

function podSecurity(placed: Placed, user: number | undefined): JsonObject {
  const opensPort = placed.port !== undefined && placed.port < firstFreePort && since(placed, 22);
  if (user === undefined && claimsOf(placed).length === 0 && !opensPort) return usualSecurity;
  const security: Fields = { runAsNonRoot: true };
  if (user !== undefined) {
    security['runAsUser'] = user;
    security['runAsGroup'] = user;
    security['fsGroup'] = user;
  } else if (claimsOf(placed).length > 0) security['fsGroup'] = groupOfVolumes;
  security['seccompProfile'] = seccompProfile;
  if (opensPort)
    security['sysctls'] = [{ name: 'net.ipv4.ip_unprivileged_port_start', value: '0' }];
  return security;
}

/** Ports below are root's, unless the pod says otherwise; Pod Security restricted lets it. */
const firstFreePort = 1024;

/** Over zones and machines; tier 1 insists on zones where the cluster has more than one. */
function spread(placed: Placed): readonly JsonValue[] {
  const { spec, cluster, selector, workload } = placed;
  const labelSelector = { matchLabels: selector };
  const insists = spec.tier === 1 && (cluster.zones ?? 1) > 1;
  const rollout = workload === 'StatefulSet' ? 'controller-revision-hash' : 'pod-template-hash';
  const constraint = (topologyKey: string, whenUnsatisfiable: string): JsonValue =>
    since(placed, 27)
      ? { maxSkew: 1, topologyKey, whenUnsatisfiable, labelSelector, matchLabelKeys: [rollout] }
      : { maxSkew: 1, topologyKey, whenUnsatisfiable, labelSelector };
  return [
    constraint('topology.kubernetes.io/zone', insists ? 'DoNotSchedule' : 'ScheduleAnyway'),
    constraint('kubernetes.io/hostname', 'ScheduleAnyway'),
  ];
}

function container(placed: Placed, purpose: PodPurpose): JsonObject {
  const { spec, port, input } = placed;
  const instance = purpose.kind === 'instance';
  const command = instance ? spec.run.command : purpose.command;
  const made: Fields = {
    name: spec.component,
    image: input.release.image,
    imagePullPolicy: 'IfNotPresent',
  };
  if (command !== undefined) made['command'] = command.map(literal);
  if (instance && spec.run.args !== undefined) made['args'] = spec.run.args.map(literal);
  made['securityContext'] = containerSecurity;
  made['env'] = [
    ...variables(placed, instance ? port : undefined, instance),
    ...boundVariables(placed, spec.run.bound),
  ];
  const sources = environmentSources(placed);
  if (sources.length > 0) made['envFrom'] = sources;
  if (instance) {
    if (port !== undefined)
      made['ports'] = [
        { name: 'http', containerPort: port, protocol: 'TCP' },
        ...morePorts(placed),
      ];
    Object.assign(made, probesOf(placed));
    if (port !== undefined)
      made['lifecycle'] = since(placed, 30) ? pauseBeforeStop : sleepBeforeStop;
  }
  const { main } = sharesOf(placed);
  made['resources'] = resources(main.memoryMiB, main.cpu);
  made['volumeMounts'] = mounts(placed, instance);
  return made;
}

const pauseBeforeStop = /* @__PURE__ */ constant({
  preStop: { sleep: { seconds: pauseBeforeStopSeconds } },
});
/** Clusters before 1.30 have no pause of their own; an image without `sleep` is then stopped without one. */
const sleepBeforeStop = /* @__PURE__ */ constant({
  preStop: { exec: { command: ['sleep', String(pauseBeforeStopSeconds)] } },
});

const instanceVariable = {
  name: 'PLTF_INSTANCE',
  valueFrom: /* @__PURE__ */ constant({
    fieldRef: { apiVersion: 'v1', fieldPath: 'metadata.name' },
  }),
};

/** The only folder that there surely is to write to: a user that the image does not know would have `/`. */
const home = /* @__PURE__ */ constant({ name: 'HOME', value: '/tmp' });

function variables(
  { input, spec }: Placed,
  port: number | undefined,
  instance: boolean,
): readonly JsonValue[] {
  const { release } = input;
  const { volume } = spec.run;
  const own = [
    home,
    { name: 'PLTF_RELEASE', value: String(release.number) },
    { name: 'PLTF_COMMIT', value: release.commit },
    instanceVariable,
    ...(volume === undefined || !instance ? [] : [{ name: 'PLTF_VOLUME', value: volume }]),
  ];
  if (port === undefined) return own;
  return [{ name: 'HOST', value: '0.0.0.0' }, { name: 'PORT', value: String(port) }, ...own];
}

/** Later ones win: what a team set stands before what its needs bring, and both before what is said above. */
function environmentSources(placed: Placed): readonly JsonValue[] {
  const secrets = secretNames(placed).map((name) => ({ secretRef: { name } }));
  return configurationData(placed) === undefined
    ? secrets
    : [{ configMapRef: { name: placed.name } }, ...secrets];
}

/** The memory limit is the request, so that no neighbour is pushed out; the processor has no limit. */
const resources = /* @__PURE__ */ ofValues((memoryMiB: number, cpu: number): JsonObject => {
  const memory = memoryQuantity(memoryMiB);
  return { requests: { cpu: cpuQuantity(cpu), memory }, limits: { memory } };
});

const tmpMounts = /* @__PURE__ */ constant([{ name: 'tmp', mountPath: '/tmp' }]);

/** A task has the files of the instances; their volumes are their own. */
function mounts(placed: Placed, instance: boolean): readonly JsonValue[] {
  const { component, run } = placed.spec;
  const { volume, files, volumes } = run;
  if (volume === undefined && files === undefined && volumes === undefined) return tmpMounts;
  const made = mountsOf(placed, component, instance ? { files, volumes } : { files });
  return instance && volume !== undefined ? [...made, { name: 'volume', mountPath: volume }] : made;
}
