import type { PlacementRecord } from '../placement/placement-record.ts';
import type { ReleaseStore } from '../release/release-store.ts';
import type { DockerUse } from './index.ts';
import { environmentOf } from './labels.ts';

/** What placements and kept releases still need of a Docker Engine. */
export function dockerUse(
  placements: () => readonly { readonly record: PlacementRecord }[],
  releases: Pick<ReleaseStore, 'find'>,
): DockerUse {
  const others = (without: string) =>
    placements()
      .map(({ record }) => record)
      .filter(({ desired }) => desired.id !== without);
  return {
    environment: (name, without) =>
      others(without).some(
        ({ desired, cohorts }) =>
          environmentOf(desired.id) === name &&
          [desired, ...cohorts].some(({ isolation }) => isolation === 'docker'),
      ),
    release: (digest, without) =>
      releases.find(digest) !== undefined ||
      others(without).some(({ desired, cohorts }) =>
        [desired, ...cohorts].some(({ release }) => release.digest === digest),
      ),
  };
}
