import type {
  DesiredPlacement,
  ImagePlan,
  InstanceIsolation,
  PlacementEdge,
  PlatformFile,
  RunSpec,
} from '@pltf/contracts';
import { fillPlaces } from '@pltf/plan/render';
import type { Placement, ReleaseToPlace } from './placement.ts';
import { calleesOf } from './placement-edges.ts';

/** How long the release before stays warm, for a rollback at once. */
export const keepWarmMs = 10 * 60_000;
/** A preview needs no instant rollback: its memory is worth more. */
export const keepWarmPreviewMs = 0;

/** How an environment's instances are kept apart, and what they reach, as the platform file says now. */
export interface RuntimeWay {
  readonly isolation: InstanceIsolation;
  readonly image: ImagePlan | undefined;
  readonly edges: readonly PlacementEdge[];
}

/** The spec's word for the image that the release itself is. */
const ownImage = '.';

/** `repository` is the component's own address, for what is written on its images. */
export function runtimeWay(
  platform: PlatformFile,
  environment: string,
  { needs, run }: Pick<ReleaseToPlace, 'needs' | 'run'>,
  repository: string,
): RuntimeWay {
  const rule = platform.environments.find(({ name }) => name === environment);
  const runtime = platform.runtimes[rule?.runtime ?? 'agent'];
  if (runtime?.driver !== 'agent' || runtime.isolation === 'process') {
    return { isolation: 'process', image: undefined, edges: [] };
  }
  const { isolation, registry } = runtime;
  return {
    isolation,
    image: {
      source: repository,
      ...(registry === undefined ? {} : { registry }),
      ...(run.image === undefined || run.image === ownImage ? {} : { named: run.image }),
    },
    edges: Object.entries(calleesOf(platform, environment, { needs })).map(
      ([need, { id, host }]) => ({ need, placement: id, host }),
    ),
  };
}

/**
 * What the driver is told of a placement: a pure function of its row, the release behind it and the platform file.
 */
export function desiredPlacement(
  placement: Placement,
  source: ReleaseToPlace,
  { isolation, image, edges }: RuntimeWay,
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
      ...(run.command === undefined ? {} : { command: [...run.command] }),
      ...(run.folder === undefined ? {} : { folder: run.folder }),
      serves: source.kind === 'service' || source.kind === 'site',
      ...(source.kind === 'job' ? { runsToEnd: true as const } : {}),
      ...(run.health === undefined ? {} : { health: run.health }),
      env: {
        ...run.env,
        ...boundEnvironment(run, placement.hosts),
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

/**
 * Variables with places (`${environment.MODE}`, `${route.host}`, `$$`), filled with what is known here. One with a place
 * that only the runtime knows is absent: half a value is worse than none.
 */
export function boundEnvironment(
  { env, bound = {} }: Pick<RunSpec, 'env' | 'bound'>,
  hosts: readonly string[],
): Readonly<Record<string, string>> {
  const valueOf = ([root, name = '']: readonly string[]): string | undefined => {
    if (root === 'environment') return env[name];
    return root === 'route' && name === 'host' ? hosts[0] : undefined;
  };
  return Object.fromEntries(
    Object.entries(bound).flatMap(([name, text]) => {
      const filled = fillPlaces(text, { valueOf });
      return filled.open.length === 0 ? [[name, filled.text] as const] : [];
    }),
  );
}

function factsOf(placement: Placement, source: ReleaseToPlace): Record<string, string> {
  return {
    PLTF_COMPONENT: placement.component,
    PLTF_ENVIRONMENT: placement.environment,
    PLTF_RELEASE: String(source.release.number),
    PLTF_COMMIT: source.release.commit,
  };
}
