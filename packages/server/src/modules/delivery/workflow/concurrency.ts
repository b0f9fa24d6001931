import { type ExpressionScope, isMapping, jsonBoolean, jsonText } from './expression-scope.ts';
import type { Template } from './template.ts';

/** A `concurrency:` with its values. Groups are compared without case, as on GitHub. */
export interface ConcurrencyGroup {
  readonly group: string;
  readonly cancelInProgress: boolean;
}

/** The group that a `concurrency:` names; an empty one is none. Throws `ExpressionProblem`. */
export function concurrencyFrom(
  scope: ExpressionScope,
  template: Template | undefined,
): { group: string; cancelInProgress: boolean } | undefined {
  const value = scope.value(template);
  const group = jsonText(isMapping(value) ? (value['group'] ?? null) : value);
  if (group === '') return undefined;
  const cancelInProgress = isMapping(value) && jsonBoolean(value['cancel-in-progress'] ?? null);
  return { group: group.slice(0, 400), cancelInProgress };
}

/** Another run of the same repository that has not ended, oldest first. */
export interface ActiveRun {
  readonly runId: string;
  readonly state: 'queued' | 'running';
  readonly groups: readonly string[];
}

export interface ConcurrencyDecision {
  /** Runs that the new one takes the place of. */
  readonly cancel: readonly string[];
  /** Runs whose end the new one waits for. */
  readonly waitFor: readonly string[];
}

/**
 * What a new run does to others of its groups: at most one runs and one waits in a group. A waiting one
 * is always superseded; one that runs is only when the new run says `cancel-in-progress`.
 */
export function decideConcurrency(
  groups: readonly ConcurrencyGroup[],
  active: readonly ActiveRun[],
): ConcurrencyDecision {
  const cancel = new Set<string>();
  const waitFor = new Set<string>();
  for (const { group, cancelInProgress } of groups) {
    for (const run of active) {
      if (!run.groups.some((other) => other.toLowerCase() === group.toLowerCase())) continue;
      if (run.state === 'queued' || cancelInProgress) cancel.add(run.runId);
      // Also a run that is being cancelled is waited for: its last steps may still be at work.
      if (run.state === 'running') waitFor.add(run.runId);
    }
  }
  return { cancel: [...cancel], waitFor: [...waitFor] };
}
