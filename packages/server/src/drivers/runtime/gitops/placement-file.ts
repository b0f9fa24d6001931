import {
  type Follower,
  followerOf,
  type Grouping,
  manifestPath,
  namespaceOf,
  type PlacementPlace,
  tombstonePath,
} from '@pltf/plan/render';

/** Where everything of one placement is in the repository, and who follows it. */
export interface PlacementFile {
  readonly placement: string;
  readonly namespace: string;
  readonly follower: Follower;
  readonly manifest: string;
  readonly tombstone: string;
  /** Nothing else is followed by the same follower. */
  readonly alone: boolean;
}

/** Of `users-api.prod` in a ring. */
export function placementFile(placement: string, ring: string, grouping: Grouping): PlacementFile {
  const dot = placement.lastIndexOf('.');
  const place: PlacementPlace = {
    ring,
    label: placement.slice(0, dot),
    environment: placement.slice(dot + 1),
  };
  return {
    placement,
    namespace: namespaceOf(place.label, place.environment),
    follower: followerOf(place, grouping),
    manifest: manifestPath(place),
    tombstone: tombstonePath(place),
    alone: grouping === 'placement',
  };
}
