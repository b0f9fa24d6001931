import type {
  DesiredPlacement,
  ImagePlan,
  InstanceIsolation,
  PlacementEdge,
  PlatformFile,
} from '@pltf/contracts';
import { placementUrl, routeUrl } from '@pltf/plan';
import { type AgentAddress, type AgentPlace, agentVariables, namesImage } from '@pltf/plan/render';
import type { Placement, ReleaseToPlace } from './placement.ts';
import { type Callee, calleesOf } from './placement-edges.ts';

/** How long the release before stays warm, for a rollback at once. */
export const keepWarmMs = 10 * 60_000;
/** A preview needs no instant rollback: its memory is worth more. */
export const keepWarmPreviewMs = 0;

/** How an environment's instances are kept apart, and what they reach, as the platform file says now. */
export interface RuntimeWay {
  readonly isolation: InstanceIsolation;
  readonly image: ImagePlan | undefined;
  readonly edges: readonly PlacementEdge[];
  /** What is known of it to fill its variables with. */
  readonly place: AgentPlace;
}

/** What is known of this platform, beside its file. */
export interface Surroundings {
  /** The component's own address, for what is written on its images. */
  readonly repository: string;
  readonly routerPort: number;
}

export function runtimeWay(
  platform: PlatformFile,
  { environment, hosts }: Pick<Placement, 'environment' | 'hosts'>,
  { needs, run }: Pick<ReleaseToPlace, 'needs' | 'run'>,
  { repository, routerPort }: Surroundings,
): RuntimeWay {
  const callees = Object.entries(calleesOf(platform, environment, { needs }));
  const name = platform.environments.find((rule) => rule.name === environment)?.runtime ?? 'agent';
  const runtime = platform.runtimes[name];
  const [host] = hosts;
  const url = host === undefined ? undefined : placementUrl(platform, name, host, routerPort);
  const address = host === undefined || url === undefined ? undefined : { host, url };
  // A cluster fills in the addresses of others itself, in its pods.
  if (runtime?.driver !== 'agent')
    return { ...asProcess, place: { isolation: 'process', address, callees: {} } };
  const place = { address, callees: addressesOf(callees, routerPort) };
  if (runtime.isolation === 'process')
    return { ...asProcess, place: { isolation: 'process', ...place } };
  const { isolation, registry } = runtime;
  return {
    isolation,
    image: {
      source: repository,
      ...(registry === undefined ? {} : { registry }),
      ...(run.buildArgs === undefined ? {} : { args: run.buildArgs }),
      ...(namesImage(run.image) ? { named: run.image } : {}),
    },
    edges: callees.map(([need, { id, host }]) => ({ need, placement: id, host })),
    place: { isolation, ...place },
  };
}

const asProcess = { isolation: 'process', image: undefined, edges: [] } as const;

const addressesOf = (
  callees: readonly (readonly [string, Callee])[],
  routerPort: number,
): Readonly<Record<string, AgentAddress>> =>
  Object.fromEntries(
    callees.map(([need, { host }]) => [need, { host, url: routeUrl(host, routerPort) }]),
  );

/**
 * What the driver is told of a placement: a pure function of its row, the release behind it and the platform file.
 */
export function desiredPlacement(
  placement: Placement,
  source: ReleaseToPlace,
  { isolation, image, edges, place }: RuntimeWay,
): DesiredPlacement {
  const { run } = source;
  const { memoryMiB, cpu } = placement.sized ?? run;
  return {
    id: placement.id,
    owner: { team: source.team, component: placement.component },
    revision: placement.revision,
    hosts: [...placement.hosts],
    release: source.release,
    run: {
      ...(run.command === undefined ? {} : { command: [...run.command, ...(run.args ?? [])] }),
      ...(run.folder === undefined ? {} : { folder: run.folder }),
      serves: source.kind === 'service' || source.kind === 'site',
      ...(source.kind === 'job' ? { runsToEnd: true as const } : {}),
      ...(run.health === undefined ? {} : { health: run.health }),
      env: {
        ...agentVariables(run, place),
        ...factsOf(placement, source),
      },
      memoryMiB,
      cpu,
      drainMs: run.drainMs,
      startTimeoutMs: run.startTimeoutMs,
      ...(run.release === undefined ? {} : { releaseCommand: [...run.release] }),
      ...(run.volume === undefined ? {} : { volume: run.volume }),
      ...(run.port === undefined || isolation === 'process' ? {} : { port: run.port }),
    },
    instances: placement.instances,
    state: placement.runState,
    restarts: placement.restarts,
    ...(placement.paused ? { paused: true } : {}),
    keepWarmMs: placement.branch === undefined ? keepWarmMs : keepWarmPreviewMs,
    ...(isolation === 'process' ? {} : { isolation }),
    ...(image === undefined ? {} : { image }),
    ...(edges.length === 0 ? {} : { edges: [...edges] }),
  };
}

function factsOf(placement: Placement, source: ReleaseToPlace): Record<string, string> {
  return {
    PLTF_COMPONENT: placement.component,
    PLTF_ENVIRONMENT: placement.environment,
    PLTF_RELEASE: String(source.release.number),
    PLTF_COMMIT: source.release.commit,
  };
}
