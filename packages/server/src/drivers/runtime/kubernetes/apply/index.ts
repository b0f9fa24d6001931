export { type ApplyOutcome, isComplete, type RefusedObject } from './apply-outcome.ts';
export { applySet, type Part } from './apply-set-pass.ts';
export type { ObjectDifference, ObjectState } from './difference.ts';
export { claimNamespace } from './namespace-claim.ts';
export { nameOf, type PlacementSet, placementSet } from './placement-set.ts';
export { type PruneOutcome, prune } from './prune.ts';
export { prunePlan } from './prune-rules.ts';
export { type RemovalOutcome, removeSet } from './remove-set.ts';
export { platformLabel, type SealedObject, seal } from './seal.ts';
