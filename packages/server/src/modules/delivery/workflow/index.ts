export { type ActiveRun, type ConcurrencyDecision, decideConcurrency } from './concurrency.ts';
export { failingLines } from './failing-lines.ts';
export type { RunInputs } from './machine-contexts.ts';
export { type PlanRequest, planRun } from './planning.ts';
export { PushEvent, RunIdentity } from './push-event.ts';
export {
  type CancelOptions,
  executeRun,
  type RunExecution,
  type RunExecutionOptions,
} from './run-execution.ts';
export { advance, newRunState, nextDeadline, resume, type Transition } from './run-machine.ts';
export type { Operation, OperationResult, RunEvent } from './run-operations.ts';
export { Capabilities, RunLimits, RunPlan } from './run-plan.ts';
export { Annotation, FailingLines, RunState, WorkspacePlaces } from './run-state.ts';
export type { RunStore, StoredRun } from './run-store.ts';
export { stepTasks, viewRun, type WorkflowRunView } from './run-view.ts';
export { createLogReader, createMask } from './secret-masking.ts';
export type {
  ArtifactRequest,
  CacheRequest,
  CheckoutSource,
  StepRunner,
  StepTask,
  TaskOutcome,
  WorkspaceRequest,
} from './step-runner.ts';
export type { SourceFile } from './workflow-file.ts';
export { WorkflowProblem, workflowInvalid } from './workflow-problems.ts';
