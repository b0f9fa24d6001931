export { type ApplyOutcome, isComplete, nothingDone, type RefusedObject } from './apply-outcome.ts';
export { parentOf, partOfLabel, setIdOf } from './apply-set.ts';
export { applySet, type Part } from './apply-set-pass.ts';
export { difference, type ObjectDifference, type ObjectState } from './difference.ts';
export { keyOf, nameOf, type PlacementSet, placementSet } from './placement-set.ts';
export { type PruneOutcome, prune } from './prune.ts';
export { type RemovalOutcome, removeSet } from './remove-set.ts';
export { appliedAnnotation, platformLabel, type SealedObject, seal } from './seal.ts';
