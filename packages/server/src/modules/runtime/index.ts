export { createExpiryReconciler } from './expiry-reconciler.ts';
export { fresh } from './fresh-observation.ts';
export { type ObservationCursor, postgresObservationCursor } from './observation-cursor.ts';
export {
  type ObservationIntake,
  observationIntake,
  type PlacementListener,
} from './observation-intake.ts';
export { occupiedRuntimes } from './occupied-runtimes.ts';
export type { ChangeRequest, PlaceRequest } from './place-request.ts';
export {
  knownRelease,
  type Placement,
  type ReleaseSource,
  type ReleaseToPlace,
} from './placement.ts';
export { lastTurnsOf, placementFacts } from './placement-facts.ts';
export { createPlacementReconciler } from './placement-reconciler.ts';
export {
  environmentsMoved,
  WakeGathering,
  wakeEnvironments,
  wakePlacements,
} from './placement-wakes.ts';
export type { PlatformWaves, StayingVersion } from './platform-waves.ts';
export type { ReleaseImageState, ReleaseImages } from './release-images.ts';
export type { Rollout } from './rollout.ts';
export { postgresRolloutLedger } from './rollout-ledger.postgres.ts';
export type { LedgerEntry, RolloutLedger } from './rollout-ledger.ts';
export {
  type Accepted,
  type PlacedImage,
  RolloutRecord,
  type RolloutStage,
} from './rollout-record.ts';
export type {
  DriftChoice,
  ExecRequest,
  LogQuery,
  RemovalAnswer,
  RevertChoice,
  RuntimeDriver,
  RuntimeEvidence,
  WantedPlacement,
} from './runtime-driver.ts';
export { postgresRuntimeQueries, type RuntimeQueries } from './runtime-queries.ts';
export { authorized, runtimeRoutes } from './runtime-routes.ts';
export { type RuntimeService, runtimeService } from './runtime-service.ts';
export { postgresRuntimeStore } from './runtime-store.postgres.ts';
export type { RuntimeStore } from './runtime-store.ts';
export {
  placementView,
  rolloutView,
  shownPhase,
  type ViewContext,
} from './runtime-views.ts';
export {
  addressOf,
  type OpenRuntime,
  type RuntimeOpeners,
  type Runtimes,
  runtimeIn,
  runtimesByName,
} from './runtimes.ts';
export { createScheduleReconciler } from './schedule-reconciler.ts';
export { createTaskReconciler } from './task-reconciler.ts';
