import type { RunPlan } from './run-plan.ts';
import type { RunState } from './run-state.ts';

export interface StoredRun {
  readonly plan: RunPlan;
  /** Absent before the run began. */
  readonly state?: RunState;
  /** Grows with every save. */
  readonly version: number;
}

/** Keeps runs. What comes out of a database is parsed there, with `RunPlan` and `RunState`. */
export interface RunStore {
  load(runId: string): Promise<StoredRun | undefined>;
  /**
   * Stores a state durably and answers its version. Throws `PltfError` `conflict` when the stored version
   * is not the expected one: then another execution has taken over.
   */
  save(runId: string, state: RunState, expectedVersion: number): Promise<number>;
}
