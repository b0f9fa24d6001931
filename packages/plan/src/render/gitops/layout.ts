import { fingerprint, namespaceOf, shortened } from '../kubernetes/names.ts';

/**
 * Where a placement's files are in an environment repository. The folder is the placement's namespace, below one of
 * 256 buckets: no folder ever has so many entries that a Git host or a reader suffers.
 */
export interface PlacementPlace {
  readonly ring: string;
  /** First part of the placement's id: `users-api-fix-login`. */
  readonly label: string;
  readonly environment: string;
}

const buckets = 256;
/** 36 to the power of 4 is a multiple of 256, so that four digits of the fingerprint spread evenly. */
const digits = 4;

/** Two hex digits, the same on every machine and for ever: a placement never moves to another bucket. */
export function bucketOf(label: string, environment: string): string {
  const tail = fingerprint(namespaceOf(label, environment)).slice(-digits);
  return (Number.parseInt(tail, 36) % buckets).toString(16).padStart(2, '0');
}

export const ringFolder = (ring: string): string => `rings/${ring}`;

export const bucketFolder = (ring: string, bucket: string): string =>
  `${ringFolder(ring)}/${bucket}`;

export const placementFolder = ({ ring, label, environment }: PlacementPlace): string =>
  `${bucketFolder(ring, bucketOf(label, environment))}/${namespaceOf(label, environment)}`;

export const manifestPath = (place: PlacementPlace): string =>
  `${placementFolder(place)}/manifest.yaml`;

/** Without an ending, so that neither Argo CD nor Flux takes it for a manifest; it keeps the folder there. */
export const tombstonePath = (place: PlacementPlace): string =>
  `${placementFolder(place)}/TOMBSTONE`;

/** Who writes the ring. Without an ending, as a tombstone, and outside the folders that are followed. */
export const ownerPath = (ring: string): string => `${ringFolder(ring)}/PLATFORM`;

/** What is applied once by hand, so that the ring is followed. */
export const bootstrapPath = (agent: GitOpsAgent, ring: string): string =>
  `${agent}/${ring}/bootstrap.yaml`;

/** What the bootstrap follows: the objects that make the agent read the ring's folders. */
export const followersFolder = (agent: GitOpsAgent, ring: string): string =>
  `${agent}/${ring}/followers`;

/** The pull agents that are known. */
export type GitOpsAgent = 'argocd' | 'flux';

/** How many placements one Application or Kustomization follows: those of a bucket, or one. */
export type Grouping = 'bucket' | 'placement';

/** One Application or Kustomization. */
export interface Follower {
  readonly name: string;
  /** The folder that it reads. */
  readonly folder: string;
}

export function followerOf(
  place: PlacementPlace,
  grouping: Grouping,
  agent: GitOpsAgent,
): Follower {
  const bucket = bucketOf(place.label, place.environment);
  if (grouping === 'bucket')
    return { name: `pltf-${place.ring}-${bucket}`, folder: bucketFolder(place.ring, bucket) };
  const name = `pltf-${place.ring}-${namespaceOf(place.label, place.environment)}`;
  // Flux writes the name of a Kustomization into a label of each object.
  return { name: agent === 'flux' ? shortened(name) : name, folder: placementFolder(place) };
}

/**
 * The file of one follower. Those of Flux, which reads folders in folders, are in buckets as the placements are; Argo CD
 * reads the files of the folder itself.
 */
export function followerPath(agent: GitOpsAgent, ring: string, { name, folder }: Follower): string {
  const [, , bucket, placement] = folder.split('/');
  const inBucket = agent === 'flux' && placement !== undefined ? `${bucket}/` : '';
  return `${followersFolder(agent, ring)}/${inBucket}${name}.yaml`;
}
