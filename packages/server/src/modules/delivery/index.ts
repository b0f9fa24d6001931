export { createCollectReconciler } from './collect-reconciler.ts';
export { type DeliveryQueries, postgresDeliveryQueries } from './delivery-queries.ts';
export { deliveryRoutes } from './delivery-routes.ts';
export {
  type DeliveryService,
  deliveryService,
  type RunListener,
  runReconciler,
} from './delivery-service.ts';
export { postgresDeliveryStore } from './delivery-store.postgres.ts';
export type { DeliveryStore } from './delivery-store.ts';
export { releaseView, runView } from './delivery-views.ts';
export { environmentsOf } from './deploy-rules.ts';
export type { ImageBuilder, ImageBuildRequest, ImageBuildResult } from './image-builder.ts';
export type { Pipeline, PipelineRequest, PipelineResult } from './pipeline.ts';
export { previewPipeline } from './pipeline-preview.ts';
export { placedReleases } from './placed-releases.ts';
export { type EventFeed, type PushProgress, pushProgress } from './push-progress.ts';
export type { Release } from './release.ts';
export type { BuildRequest, BuildResult, ReleaseArchive } from './release-archive.ts';
export { type ReleaseGate, releaseGate } from './release-gate.ts';
export { releaseImageRoutes } from './release-image-routes.ts';
export { releaseSource } from './release-source.ts';
export { isFinished, type Run, type RunSummary } from './run.ts';
export { RunCancellation } from './run-cancellation.ts';
export { type RunLog, runLog } from './run-log.ts';
export { createRunReconciler } from './run-reconciler.ts';
export { postgresRunStore } from './run-store.postgres.ts';
export { type StepRunner, type StepTask, type TaskOutcome, warmPlanner } from './workflow/index.ts';
export {
  type StepRunners,
  type WorkflowPipelineDependencies,
  workflowPipeline,
} from './workflow-pipeline.ts';
