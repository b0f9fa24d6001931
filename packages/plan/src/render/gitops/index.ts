export { argoApplication, argoApplicationSet, argoBootstrap, argoProject } from './argo.ts';
export {
  type CommitText,
  commitText,
  type ManifestChange,
  type SourceCommit,
} from './commit-message.ts';
export { fluxBootstrap, fluxKustomization } from './flux.ts';
export { gitAttributes, repositoryGuide } from './guide.ts';
export {
  drySha,
  hydrationMetadata,
  hydrationNote,
  hydrationNotes,
  hydrationPath,
  proposedBranch,
} from './hydration.ts';
export {
  bootstrapPath,
  bucketFolder,
  bucketOf,
  type Follower,
  followerOf,
  followerPath,
  followersFolder,
  type GitOpsAgent,
  type Grouping,
  manifestPath,
  ownerPath,
  type PlacementPlace,
  placementFolder,
  ringFolder,
  tombstonePath,
} from './layout.ts';
export { type GitOpsManifest, gitopsObjects, lettingGo } from './objects.ts';
export { readOwner, writeOwner } from './owner.ts';
export { type Ring, ringLabels } from './ring.ts';
export { readTombstone, Tombstone, writeTombstone } from './tombstone.ts';
