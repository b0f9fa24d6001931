import type { PlacementObject, PlatformFile, RenderedPlan, RuntimeRule } from '@pltf/contracts';
import { clusterFacts } from '../platform-file/cluster-facts.ts';
import { addedKinds, type RenderInput, renderPlacement, servedKinds } from '../render/index.ts';
import { forecast } from './forecast.ts';
import { readableChanges } from './readable.ts';
import { type RenderedClass, renderedClasses } from './rendered-classes.ts';
import { planWaves, type WaveCandidate, type WaveMember, type WaveRule } from './waves.ts';

/** A placement as it is under one platform file; undefined where that file has no place for it. */
export interface PlacedIn {
  readonly id: string;
  readonly environment: string;
  readonly before: PlacementObject | undefined;
  readonly after: PlacementObject | undefined;
}

/** What a change of the platform makes of what is rendered for clusters. */
export interface RenderedChangePlanner {
  /** Whether what is rendered for it changes. */
  add(placed: PlacedIn): boolean;
  /** Undefined when nothing that runs is rendered. */
  finish(): RenderedPlan | undefined;
}

const mostChanges = 40;
/** What Argo CD asks of an API server in a second, by default. */
const requestsPerSecond = 50;
/** Placements whose manifests are one commit. */
const batch = 1000;

/**
 * The plan does not know what each cluster serves at this moment: both sides are rendered as for one that serves all,
 * so that what differs is what the platform file makes different.
 */
const paperCluster = {
  minor: 33,
  kinds: /* @__PURE__ */ servedKinds(...Object.values(addedKinds)),
};
/** Not what changes: both sides are of the same release. */
const paperRelease = {
  number: 1,
  commit: '0'.repeat(40),
  image: `registry.invalid/release@sha256:${'0'.repeat(64)}`,
};

type ClusterRule = Exclude<RuntimeRule, { driver: 'agent' }>;

/** Renders every placement of a cluster under both platform files and sorts what differs into classes. Pure. */
export function renderedChange(before: PlatformFile, after: PlatformFile): RenderedChangePlanner {
  const classes = renderedClasses();
  const candidates: WaveCandidate[] = [];
  const repositories = new Map<string, Set<string>>();
  let total = 0;
  return {
    add: (placed) => {
      const was = inputUnder(before, placed.before);
      const will = inputUnder(after, placed.after);
      const input = will?.input ?? was?.input;
      if (input === undefined) return false;
      total += 1;
      const takenOut = was !== undefined && isGone(after, placed.environment);
      const touched = classes.add({
        id: placed.id,
        environment: placed.environment,
        input,
        before: was && { objects: () => renderPlacement(was.input) },
        after: will && { objects: () => renderPlacement(will.input) },
        takenOut,
      });
      if (touched === undefined) return false;
      const { runtime, rule } = will ?? was ?? { runtime: '', rule: undefined };
      if (rule?.driver === 'gitops') {
        const own = repositories.get(rule.repository) ?? new Set();
        repositories.set(rule.repository, own.add(placed.id));
      }
      const { id: placement, environment } = placed;
      candidates.push({ placement, environment, runtime, removal: takenOut, held: undefined });
      return true;
    },
    finish: () =>
      total === 0 ? undefined : shown(after, classes.finish(), { total, candidates, repositories }),
  };
}

function shown(
  platform: PlatformFile,
  classes: readonly RenderedClass[],
  found: {
    readonly total: number;
    readonly candidates: readonly WaveCandidate[];
    readonly repositories: ReadonlyMap<string, ReadonlySet<string>>;
  },
): RenderedPlan {
  const { total, candidates, repositories } = found;
  const removed = candidates.filter(({ removal }) => removal).length;
  const waves = planWaves(platform.rings, platform.environments, candidates);
  const wavesOfRepositories = [...repositories.values()].map((own) =>
    waves.map(({ members }) => members.filter(({ placement }) => own.has(placement)).length),
  );
  const cost = forecast(classes, { wavesOfRepositories, batch, requestsPerSecond, clusters: 1 });
  return {
    placements: {
      ...{ total, unchanged: total - candidates.length, changed: candidates.length - removed },
      ...(removed === 0 ? {} : { removed }),
    },
    classes: classes.map(classView),
    forecast: { ...cost },
    waves: waves.map(({ rule, members }) => ({
      ring: rule.ring,
      placements: members.length,
      soakMs: rule.soakMs,
      maxFailures: rule.maxFailures,
      mandatory: rule.mandatory,
      ...removalsOf(rule, members),
    })),
  };
}

/** How many a wave takes out, and how many it may take out without asking again. */
function removalsOf({ deletions }: WaveRule, members: readonly WaveMember[]) {
  const removals = members.filter(({ removal }) => removal).length;
  return removals === 0 ? {} : { removals, deletions };
}

/** The platform file has no such environment (any more). */
export const isGone = ({ environments }: PlatformFile, environment: string): boolean =>
  environments.every(({ name }) => name !== environment);

const classView = ({
  key: _,
  takenOut,
  changes,
  examples,
  environments,
  ...rest
}: RenderedClass) => ({
  ...rest,
  ...(takenOut ? { takenOut } : {}),
  environments: [...environments],
  examples: [...examples],
  changes: [...readableChanges(changes.slice(0, mostChanges))],
  more: Math.max(0, changes.length - mostChanges),
});

interface Placed {
  readonly input: RenderInput;
  readonly runtime: string;
  readonly rule: ClusterRule;
}

/** What would be rendered; undefined for what no cluster has. */
function inputUnder(
  platform: PlatformFile,
  object: PlacementObject | undefined,
): Placed | undefined {
  const environment = platform.environments.find(({ name }) => name === object?.spec.environment);
  const rule = environment === undefined ? undefined : platform.runtimes[environment.runtime];
  if (object === undefined || environment === undefined) return undefined;
  if (rule === undefined || rule.driver === 'agent') return undefined;
  const input = {
    placement: object,
    release: paperRelease,
    cluster: clusterFacts(rule, paperCluster),
  };
  return { input, runtime: environment.runtime, rule };
}
