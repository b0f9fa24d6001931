import type { PlacementObject, RunSpec } from '@pltf/contracts';
import type { ClusterFacts, RenderInput } from './input.ts';
import { labelValue, namespaceOf, objectName } from './names.ts';
import type { KubernetesObject, ObjectMetadata } from './object.ts';

/** The port of a program that does not say which one it takes. */
export const usualPort = 8080;

/** One placement with what all of its objects share, computed once. */
export interface Placed {
  readonly input: RenderInput;
  readonly spec: PlacementObject['spec'];
  readonly cluster: ClusterFacts;
  readonly name: string;
  readonly namespace: string;
  readonly labels: Readonly<Record<string, string>>;
  /** What never changes: a Deployment's selector cannot. */
  readonly selector: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  /** The port that its program listens on; undefined for one that nobody calls. */
  readonly port: number | undefined;
  readonly workload: Workload;
}

/** How it runs: `none` for a job that only runs when asked, or a shared backing service. */
export type Workload = 'Deployment' | 'StatefulSet' | 'CronJob' | 'none';

export function place(input: RenderInput): Placed {
  const { placement, release, cluster, stamp } = input;
  const { spec } = placement;
  const label = placement.metadata.name;
  const selector = {
    'app.kubernetes.io/name': spec.component,
    'app.kubernetes.io/instance': label,
  };
  return {
    input,
    spec,
    cluster,
    name: objectName(label),
    namespace: namespaceOf(label, spec.environment),
    selector,
    labels: {
      'app.kubernetes.io/name': spec.component,
      'app.kubernetes.io/instance': label,
      'app.kubernetes.io/version': labelValue(release.commit.slice(0, 12)),
      'app.kubernetes.io/component': spec.kind,
      'app.kubernetes.io/part-of': spec.component,
      'app.kubernetes.io/managed-by': 'pltf',
      'backstage.io/kubernetes-id': spec.component,
      'pltf.dev/environment': spec.environment,
      'pltf.dev/owner': spec.owner,
      'pltf.dev/tier': String(spec.tier),
    },
    annotations: {
      'pltf.dev/commit': release.commit,
      'pltf.dev/release': String(release.number),
      ...(stamp === undefined
        ? {}
        : {
            'pltf.dev/spec-hash': stamp.specHash,
            'pltf.dev/platform-version': stamp.platformVersion,
          }),
    },
    port:
      spec.kind === 'service' || spec.kind === 'site' ? (spec.run.port ?? usualPort) : undefined,
    workload: workloadOf(spec, input.schedule),
  };
}

/** Whether an instance has something of its own that outlives it, in any of its containers. */
const keepsVolumes = ({ volume, volumes, containers = {} }: RunSpec): boolean =>
  volume !== undefined ||
  volumes !== undefined ||
  Object.values(containers).some((side) => side.volumes !== undefined);

function workloadOf(
  { kind, run }: PlacementObject['spec'],
  schedule: string | undefined,
): Workload {
  if (kind === 'resource') return 'none';
  if (kind === 'job') return schedule === undefined ? 'none' : 'CronJob';
  return keepsVolumes(run) ? 'StatefulSet' : 'Deployment';
}

export const metadataOf = (
  { labels, annotations, namespace }: Placed,
  name: string,
): ObjectMetadata => ({ name, namespace, labels, annotations });

export const serves = ({ cluster }: Placed, kind: string): boolean => cluster.kinds.has(kind);

/** Whether the cluster is at least of this minor version of Kubernetes 1. */
export const since = ({ cluster }: Placed, minor: number): boolean => cluster.minor >= minor;

/** Whether more than one number of instances is asked for. */
export const isRange = ({ spec }: Placed): boolean =>
  spec.run.instances.maximum > spec.run.instances.minimum;

/** Whether an autoscaler decides how many run, whenever it is not stopped. */
export const mayAutoscale = (placed: Placed): boolean =>
  isRange(placed) &&
  (placed.workload === 'Deployment' || placed.workload === 'StatefulSet') &&
  serves(placed, 'autoscaling/v2/HorizontalPodAutoscaler');

/** Whether an autoscaler decides how many run. */
export const autoscales = (placed: Placed): boolean =>
  placed.input.stopped !== true && mayAutoscale(placed);

/** An autoscaler does not go below one; nothing runs of what is stopped. */
export const fewest = (placed: Placed): number => {
  if (placed.input.stopped === true) return 0;
  const { minimum } = placed.spec.run.instances;
  return autoscales(placed) ? Math.max(1, minimum) : minimum;
};

/** Adds an object when there is one. */
export function add(objects: KubernetesObject[], object: KubernetesObject | undefined): void {
  if (object !== undefined) objects.push(object);
}
