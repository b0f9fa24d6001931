import {
  type Follower,
  followerOf,
  type Grouping,
  manifestPath,
  namespaceOf,
  type PlacementPlace,
  tombstonePath,
} from '@pltf/plan/render';
import type { GitOpsRule } from './manifest.ts';
import { activeBranch } from './promoter.ts';

/** Where everything of one placement is in the repository, and who follows it. */
export interface PlacementFile {
  readonly placement: string;
  readonly namespace: string;
  readonly follower: Follower;
  readonly manifest: string;
  readonly tombstone: string;
  /** Nothing else is followed by the same follower. */
  readonly alone: boolean;
  /** The branch that it is promoted to, where somebody else promotes. */
  readonly active: string | undefined;
}

/** Of `users-api.prod` in a ring. */
export function placementFile(
  placement: string,
  { ring, hydrate, agent }: Pick<GitOpsRule, 'ring' | 'hydrate' | 'agent'>,
  grouping: Grouping,
): PlacementFile {
  const dot = placement.lastIndexOf('.');
  const place: PlacementPlace = {
    ring,
    label: placement.slice(0, dot),
    environment: placement.slice(dot + 1),
  };
  const namespace = namespaceOf(place.label, place.environment);
  if (hydrate === 'promoter') {
    const folder = place.label;
    return {
      ...{ placement, namespace, alone: true, active: activeBranch(place.environment) },
      follower: { name: `pltf-${ring}-${namespace}`, folder },
      manifest: `${folder}/manifest.yaml`,
      tombstone: `${folder}/TOMBSTONE`,
    };
  }
  return {
    ...{ placement, namespace, active: undefined },
    follower: followerOf(place, grouping, agent),
    manifest: manifestPath(place),
    tombstone: tombstonePath(place),
    alone: grouping === 'placement',
  };
}
