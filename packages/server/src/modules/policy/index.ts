export {
  type AuditFacts,
  auditBatch,
  compileFacts,
  placedObject,
} from './audit-evaluation.ts';
export type { FromWorker, ToWorker } from './audit-messages.ts';
export { createAuditReconciler, createWholeAuditReconciler } from './audit-reconciler.ts';
export { findBreaking } from './breaking.ts';
export { type Evaluator, evaluatorHere } from './evaluator.ts';
export { evaluatorInThread } from './evaluator-thread.ts';
export { type ExceptionQueries, postgresExceptionQueries } from './exception-queries.ts';
export { createExceptionReconciler } from './exception-reconciler.ts';
export { type ExceptionRoutesDependencies, exceptionRoutes } from './exception-routes.ts';
export { type ExceptionService, exceptionService } from './exception-service.ts';
export { postgresExceptionStore } from './exception-store.postgres.ts';
export {
  denialItem,
  denialsIn,
  type Gate,
  gate,
  type Judgement,
  type JudgeRequest,
  refuseDenied,
} from './gate.ts';
export { guardrailRoutes } from './guardrail-routes.ts';
export { type GuardrailSource, guardrailSource } from './guardrail-set.ts';
export type { GoldenPathSource, PlacedRelease, PlacedReleases } from './placed-specs.ts';
export { wakeAudit, wakeWholeAudit } from './policy-wakes.ts';
export { requestRoutes } from './request-routes.ts';
export { createRequestReconciler, requestService } from './request-service.ts';
export { postgresRequestQueries, postgresRequestStore } from './request-store.ts';
export { postgresResultsQueries } from './results-queries.ts';
export { postgresResultsStore } from './results-store.ts';
