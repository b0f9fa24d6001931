import { boundVariable } from './bound-text.ts';
import { containersOf, sidesOf, withheldFile } from './container-parts.ts';
import { addedKinds, type RenderInput } from './input.ts';
import { isRange, type Placed, place, serves } from './placed.ts';
import { turnOf } from './side-containers.ts';
import { entryOf, publishedHosts } from './traffic.ts';

/** Something that a placement asks for and its cluster cannot give; the rest is rendered all the same. */
export interface LeftOut {
  readonly what: string;
  /** One sentence with the remedy, for the placement's page. */
  readonly because: string;
}

/** What the rendered objects lack, in the user's terms; nothing on a cluster that serves everything. */
export function leftOut(input: RenderInput): readonly LeftOut[] {
  const placed = place(input);
  return [
    ...entries(placed),
    ...scaling(placed),
    ...jobs(placed),
    ...monitoring(placed),
    ...containers(placed),
  ];
}

function entries(placed: Placed): readonly LeftOut[] {
  const { spec, port, cluster } = placed;
  if (port === undefined || spec.routes.length === 0) return [];
  const hosts = (names: readonly string[]): string => `route ${names.join(', ')}`;
  if (entryOf(placed) === undefined) {
    const because =
      cluster.gateway !== undefined
        ? 'the cluster does not serve gateway.networking.k8s.io/v1; install the Gateway API, or name an `ingressClass` in the platform file'
        : 'the runtime has no way in; name a `gateway` or an `ingressClass` in the platform file';
    return [{ what: hosts(spec.routes.map(({ host }) => host)), because }];
  }
  const { withheld } = publishedHosts(placed);
  if (withheld.length === 0) return [];
  const because =
    'it asks for sign-in, and nothing in the cluster can ask who somebody is; give the runtime a gateway with `signIn`';
  return [{ what: hosts(withheld), because }];
}

function scaling(placed: Placed): readonly LeftOut[] {
  const { workload, spec } = placed;
  if (workload !== 'Deployment' && workload !== 'StatefulSet') return [];
  const { minimum, maximum } = spec.run.instances;
  const missing: LeftOut[] = [];
  if (isRange(placed) && !serves(placed, 'autoscaling/v2/HorizontalPodAutoscaler')) {
    const because = `the cluster does not serve autoscaling/v2 (Kubernetes 1.23): ${minimum} run`;
    missing.push({ what: `scaling to ${maximum}`, because });
  }
  if (minimum >= 2 && !serves(placed, 'policy/v1/PodDisruptionBudget')) {
    const because =
      'the cluster does not serve policy/v1 (Kubernetes 1.21): when a node is emptied, all instances may stop at once';
    missing.push({ what: 'disruption budget', because });
  }
  return missing;
}

function jobs(placed: Placed): readonly LeftOut[] {
  if (placed.workload !== 'CronJob' || serves(placed, 'batch/v1/CronJob')) return [];
  const because = 'the cluster does not serve CronJob of batch/v1 (Kubernetes 1.21)';
  return [{ what: 'schedule', because }];
}

function monitoring(placed: Placed): readonly LeftOut[] {
  const { cluster, spec, workload } = placed;
  if (cluster.monitoring === undefined || workload === 'none') return [];
  const operator = 'install the Prometheus operator (monitoring.coreos.com/v1)';
  const missing: LeftOut[] = [];
  if (spec.run.metrics !== undefined && !serves(placed, addedKinds.serviceMonitor))
    missing.push({ what: 'figures', because: operator });
  if (!serves(placed, addedKinds.prometheusRule))
    missing.push({ what: 'alerts', because: operator });
  return missing;
}

/** What the containers of a Score workload ask for and a pod cannot give. */
function containers(placed: Placed): readonly LeftOut[] {
  const missing: LeftOut[] = [];
  for (const [name, { bound = {}, files = {} }] of containersOf(placed)) {
    for (const [path, file] of Object.entries(files)) {
      const because = withheldFile(placed, file);
      if (because !== undefined) missing.push({ what: `file ${path} of ${name}`, because });
    }
    for (const [variable, text] of Object.entries(bound)) {
      const { open } = boundVariable(placed, text);
      const because = `nothing here gives ${open.join(', ')}; it is empty there`;
      if (open.length > 0) missing.push({ what: `variable ${variable} of ${name}`, because });
    }
  }
  return [...missing, ...startOrder(placed)];
}

function startOrder(placed: Placed): readonly LeftOut[] {
  const { run } = placed.spec;
  const waiting = [run, ...sidesOf(run).map(([, side]) => side)].flatMap(({ after = {} }) =>
    Object.entries(after).flatMap(([name, state]) => (state === 'complete' ? [] : [name])),
  );
  const beside = [...new Set(waiting)].filter(
    (name) => run.containers?.[name] !== undefined && turnOf(placed, name) === 'beside',
  );
  if (beside.length === 0) return [];
  const because =
    'the cluster starts them at the same time as the others; Kubernetes 1.29 and later can start a container before the first one';
  return [{ what: `start of ${beside.join(', ')} before others`, because }];
}
