/** @public What `concurrency:` asks for among runs; for who starts runs. */
export { decideConcurrency } from './concurrency.ts';
export {
  type PlanRequest,
  planRun,
  /** @public For who starts the server. */
  warmPlanner,
} from './planning.ts';
export { executeRun } from './run-execution.ts';
export { Capabilities, RunPlan } from './run-plan.ts';
export { RunState } from './run-state.ts';
export type { RunStore } from './run-store.ts';
export { stepTasks, viewRun } from './run-view.ts';
/** @public Masks secrets in a step's log; for who shows logs. */
export { createLogReader } from './secret-masking.ts';
export type { StepRunner, StepTask, TaskOutcome } from './step-runner.ts';
