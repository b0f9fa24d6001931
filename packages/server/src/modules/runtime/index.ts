export { fresh } from './observation/fresh-observation.ts';
export {
  type ObservationCursor,
  postgresObservationCursor,
} from './observation/observation-cursor.ts';
export {
  type ObservationIntake,
  observationIntake,
  type PlacementListener,
} from './observation/observation-intake.ts';
export { createExpiryReconciler } from './placement/expiry-reconciler.ts';
export { occupiedRuntimes } from './placement/occupied-runtimes.ts';
export type { ChangeRequest, PlaceRequest } from './placement/place-request.ts';
export {
  knownRelease,
  type Placement,
  type ReleaseSource,
  type ReleaseToPlace,
} from './placement/placement.ts';
export { lastTurnsOf, placementFacts } from './placement/placement-facts.ts';
export { agentLacks } from './placement/placement-lacks.ts';
export { createPlacementReconciler } from './placement/placement-reconciler.ts';
export {
  environmentsMoved,
  WakeGathering,
  wakeEnvironments,
  wakePlacements,
} from './placement/placement-wakes.ts';
export type { PlatformWaves, StayingVersion } from './placement/platform-waves.ts';
export type { ReleaseImageState, ReleaseImages } from './rollout/release-images.ts';
export type { Rollout } from './rollout/rollout.ts';
export { postgresRolloutLedger } from './rollout/rollout-ledger.postgres.ts';
export type { LedgerEntry, RolloutLedger } from './rollout/rollout-ledger.ts';
export {
  type Accepted,
  type PlacedImage,
  RolloutRecord,
  type RolloutStage,
} from './rollout/rollout-record.ts';
export type {
  DriftChoice,
  ExecRequest,
  ForeignHand,
  LetGoAnswer,
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
export { createScheduleReconciler } from './schedule/schedule-reconciler.ts';
export { createTaskReconciler } from './task-reconciler.ts';
