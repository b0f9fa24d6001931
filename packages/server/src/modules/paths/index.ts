export { type ApplyService, applyService } from './apply-service.ts';
export { type CreationGate, creationGate } from './creation-gate.ts';
export type { PipelinePreview } from './creation-plan.ts';
export { type GoldenPathsSource, goldenPathsSource } from './golden-path-facts.ts';
export type { Operation } from './operation.ts';
export { createOperationReconciler } from './operation-reconciler.ts';
export { operationView } from './operation-view.ts';
export { postgresOperationsQueries, postgresOperationsStore } from './operations-store.postgres.ts';
export type { OperationsQueries } from './operations-store.ts';
export {
  ownerFor,
  type PathsRoutesDependencies,
  pathsRoutes,
  type TeamDirectory,
} from './paths-routes.ts';
export { type PathsService, pathsService } from './paths-service.ts';
export { planRoutes } from './plan-routes.ts';
export { factsFor, type PlanningFactsDependencies } from './planning-facts.ts';
export type { Scaffolded, Scaffolder, ScaffoldFacts } from './scaffold.ts';
