import type { PlatformFile, RuntimeMove, RuntimeRule } from '@pltf/contracts';
import { handedOver, isSamePlace, pulledBeside } from '../platform-file/runtime-place.ts';
import { mostExamples } from './classes.ts';

/** Placements of one environment on one runtime, as they are booked. */
export interface OccupiedRuntime {
  /** Its name in the platform file. */
  readonly runtime: string;
  readonly environment: string;
  /** `runs`: it is there. `left`: it runs elsewhere, and something of it is still there. `removing`: it is deleted. */
  readonly state: 'runs' | 'left' | 'removing';
  readonly count: number;
  /** How many of them have an address. */
  readonly addressed: number;
  readonly examples: readonly string[];
}

type Lack = RuntimeMove['lacks'][number];

/** What changed `runtime:` lines move, from where to where, in which order, and what is lacking there. Pure. */
export function runtimeMoves(
  before: PlatformFile,
  after: PlatformFile,
  occupied: readonly OccupiedRuntime[],
): readonly RuntimeMove[] {
  return after.environments.flatMap((environment) => {
    const was = before.environments.find(({ name }) => name === environment.name);
    if (was === undefined || was.runtime === environment.runtime) return [];
    return occupied
      .filter(({ state, ...one }) => state === 'runs' && one.environment === environment.name)
      .filter(({ runtime }) => runtime !== environment.runtime)
      .map((one) => moveOf(before, after, one, environment.runtime));
  });
}

function moveOf(
  before: PlatformFile,
  after: PlatformFile,
  { runtime: from, environment, count, addressed, examples }: OccupiedRuntime,
  to: string,
): RuntimeMove {
  // As it was, where the change takes it out of the file: that it does so is refused on its own.
  const runtimes = { ...before.runtimes, ...after.runtimes };
  const [old, next] = [runtimes[from], runtimes[to]];
  const order = orderOf({ runtimes }, from, to);
  const lacks = next === undefined ? [] : lacksOf({ from, to, old, next, addressed });
  const beside = pulledBeside({ runtimes }, from, to);
  const stays: readonly Lack[] =
    beside === undefined
      ? []
      : [
          {
            message: `what is on \`${from}\` stays in its repository`,
            fix: `${beside.charAt(0).toUpperCase()}${beside.slice(1)}.`,
          },
        ];
  const shown = examples.slice(0, mostExamples);
  return { environment, from, to, count, examples: shown, order, lacks: [...lacks, ...stays] };
}

function orderOf(file: Pick<PlatformFile, 'runtimes'>, from: string, to: string): string {
  if (isSamePlace(file, from, to))
    return `at one place: \`${to}\` starts the new instances, and those of \`${from}\` end when the new ones serve`;
  switch (handedOver(file, from, to)) {
    case 'agent-first':
      return `within one cluster: the agent of \`${from}\` lets go of each without deleting anything, then \`${to}\` takes it over; instances run on`;
    case 'agent-last':
      return `within one cluster: the agent of \`${to}\` takes each over, then \`${from}\` lets go of it; instances run on`;
    default:
      return `\`${to}\` starts each first while \`${from}\` serves on; it is taken away from \`${from}\` once it serves on \`${to}\` and those who call it have come along`;
  }
}

interface Move {
  readonly from: string;
  readonly to: string;
  readonly old: RuntimeRule | undefined;
  readonly next: RuntimeRule;
  readonly addressed: number;
}

const runsImages = (rule: RuntimeRule): boolean =>
  rule.driver !== 'agent' || rule.isolation === 'docker';

function lacksOf(move: Move): readonly Lack[] {
  const { to, old, next } = move;
  const lacks: Lack[] = [];
  if (runsImages(next) && (old === undefined || !runsImages(old)))
    lacks.push({
      message: `\`${to}\` runs images, and \`${move.from}\` did not`,
      fix: 'Each repository needs a `Dockerfile` at its root, with a numeric USER other than 0; the image of what runs is built before it moves. One without stays where it is, and `pltf show` says so.',
    });
  if (!runsImages(next) && old !== undefined && runsImages(old))
    lacks.push({
      message: `\`${to}\` runs programs as processes, and \`${move.from}\` ran images`,
      fix: 'What a Dockerfile installs has to be on that machine, and `run.command` has to start it there.',
    });
  return next.driver === 'agent' ? lacks : [...lacks, ...clusterLacks(move, next)];
}

function clusterLacks(
  { from, to, old, addressed }: Move,
  next: Exclude<RuntimeRule, { driver: 'agent' }>,
): readonly Lack[] {
  const lacks: Lack[] = [];
  const hasWayIn = next.gateway !== undefined || next.ingressClass !== undefined;
  if (addressed > 0 && !hasWayIn)
    lacks.push({
      message: `\`${to}\` has no way in: ${addressed} ${addressed === 1 ? 'has' : 'have'} no address there`,
      fix: `Name a \`gateway\` or an \`ingressClass\` of \`${to}\`.`,
    });
  if (addressed > 0 && hasWayIn)
    lacks.push({
      message: `${addressed === 1 ? 'a host name' : `host names of ${addressed}`} must lead to the way in of \`${to}\``,
      fix: 'Point DNS there when it serves, before people outside lose the old way.',
    });
  if (next.outbound === undefined && (old === undefined || reachesOutside(old)))
    lacks.push({
      message: `programs on \`${to}\` reach nothing outside the cluster`,
      fix: `Name the address ranges that they may reach: \`outbound\` of \`${to}\`.`,
    });
  if (next.driver === 'gitops' && next.context === undefined)
    lacks.push({
      message: `no context leads to \`${to}\`: nobody can tell when it serves there, so it is never taken away from \`${from}\``,
      fix: `Name the \`context\` where its agent runs.`,
    });
  return lacks;
}

const reachesOutside = (rule: RuntimeRule): boolean =>
  rule.driver === 'agent' || rule.outbound !== undefined;
