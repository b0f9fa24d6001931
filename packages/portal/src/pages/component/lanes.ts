import type { ComponentDetail, PlacementView, ReleaseView } from '@pltf/contracts';
import { plural } from '../../format/count.ts';
import { environmentOrder } from '../../format/environments.ts';
import { addressText } from '../../parts/safe-url.ts';

/** One environment of a component, in the order of promotion. */
export interface Lane {
  readonly environment: string;
  /** The default branch's placement first; other environments than previews have one at most. */
  readonly placements: readonly PlacementView[];
  readonly next: Promotion | undefined;
}

/** What could go from a lane to the one after it. */
export interface Promotion {
  readonly to: string;
  readonly release: number | undefined;
  /** Why there is nothing to promote. */
  readonly not: string | undefined;
}

type Detail = Pick<ComponentDetail, 'placements' | 'repository' | 'spec'>;

export function lanesOf(component: Detail): readonly Lane[] {
  const names = lanesInOrder(component);
  const lanes = names.map((environment) => ({
    environment,
    placements: component.placements
      .filter((placement) => placement.environment === environment)
      .toSorted(byBranch(component.repository?.defaultBranch)),
  }));
  return lanes.map((lane, index) => {
    const after = lanes[index + 1];
    // A preview is of a branch; only what follows the default branch goes on from there.
    const next =
      lane.environment === 'preview' || after === undefined ? undefined : promotion(lane, after);
    return { ...lane, next };
  });
}

function lanesInOrder(component: Detail): readonly string[] {
  const stated = component.spec?.environments ?? [];
  const placed = component.placements.map(({ environment }) => environment);
  const others = placed.filter((name) => name !== 'preview' && !stated.includes(name));
  if (stated.length === 0) return environmentOrder(placed);
  return ['preview', ...new Set([...stated.filter((name) => name !== 'preview'), ...others])];
}

/** A placement without a branch is the default branch's. */
const isMain = ({ branch }: PlacementView, main: string | undefined): boolean =>
  branch === undefined || branch === main;

const byBranch =
  (main: string | undefined) =>
  (one: PlacementView, other: PlacementView): number =>
    Number(isMain(other, main)) - Number(isMain(one, main)) ||
    (one.branch ?? one.id).localeCompare(other.branch ?? other.id, 'en');

/** The release that serves; where nobody reports, the one that was committed last. */
export const knownRelease = (
  placement: Pick<PlacementView, 'serving' | 'rollout'> | undefined,
): number | undefined =>
  placement?.serving?.number ??
  (placement?.rollout?.step === 'committed' ? placement.rollout.to : undefined);

function promotion(
  lane: Pick<Lane, 'placements'>,
  after: Pick<Lane, 'environment' | 'placements'>,
): Promotion {
  const release = knownRelease(lane.placements[0]);
  const there = after.placements[0];
  const to = after.environment;
  if (release === undefined) return { to, release, not: 'Nothing serves here yet.' };
  const heading = there?.rollout?.state === 'running' ? there.rollout.to : knownRelease(there);
  const same = heading === release && there?.desired.state !== 'stopped';
  return { to, release, not: same ? `${to} has this release.` : undefined };
}

/** The release that a roll back without a number reaches: warm ones first, then the last one below. */
export function previousRelease(
  placement: PlacementView,
  releases: readonly ReleaseView[],
): { readonly number: number; readonly warm: boolean } | undefined {
  const serving = knownRelease(placement);
  if (serving === undefined) return undefined;
  const warm = placement.warm.find((number) => number !== serving);
  if (warm !== undefined) return { number: warm, warm: true };
  const before = releases.filter(({ number, kept }) => kept && number < serving);
  const last = before.reduce((most, { number }) => Math.max(most, number), 0);
  return last === 0 ? undefined : { number: last, warm: false };
}

/** Everything that a deletion takes away, in words for the person who is asked. */
export function whatGoes(component: ComponentDetail): readonly string[] {
  const urls = component.placements.map(({ id, url, instances }) =>
    [
      url === undefined ? id : addressText(url),
      instances.length === 0 ? undefined : plural(instances.length, 'instance'),
    ]
      .filter(Boolean)
      .join(', '),
  );
  const branches = component.repository?.branches.length ?? 0;
  return [
    ...urls,
    ...(component.repository === undefined
      ? []
      : [
          `the repository with ${branches} ${branches === 1 ? 'branch' : 'branches'} and its whole history`,
        ]),
    ...(component.releases.length === 0
      ? []
      : [`${component.releases.length} releases, and with them every way back`]),
    ...(component.runs.length === 0 ? [] : ['all pipeline runs and logs']),
  ];
}
