import { ExpressionProblem } from './expression-functions.ts';
import { type LegInRun, type Machine, stepScope } from './machine-contexts.ts';
import type { StepPlan } from './run-plan.ts';
import type { Annotation, OperationKind, Outcome, StepState } from './run-state.ts';
import { workflowLimits } from './workflow-limits.ts';

/** A step of a running leg, with its position. */
export interface StepInRun extends LegInRun {
  readonly index: number;
  readonly step: StepPlan;
  readonly state: StepState;
}

export function stepInRun(entry: LegInRun, index: number): StepInRun | undefined {
  const step = entry.plan.steps[index];
  const state = entry.leg.steps[index];
  return step === undefined || state === undefined ? undefined : { ...entry, index, step, state };
}

/** From here on the step waits for the operation. */
export function startOperation({ state, leg }: StepInRun, kind: OperationKind): void {
  state.status = 'running';
  state.operation = kind;
  if (kind === 'prepare' || kind === 'checkout') leg.workspace.removed = false;
}

/** Ends a step as failed, with the reason at its place in the file. */
export function failStep(machine: Machine, entry: StepInRun, problem: string): void {
  const file = entry.step.file ?? machine.plan.workflows[entry.plan.workflow]?.path ?? '';
  const { line, column } = entry.step.place;
  const annotation: Annotation = { level: 'error', message: problem, file, line, column };
  annotate(entry.state, [annotation]);
  entry.state.failing ??= { where: `${file}:${line}`, lines: [problem] };
  finishStep(machine, entry, 'failure');
}

export function annotate(state: StepState, annotations: readonly Annotation[]): void {
  const room = workflowLimits.annotationsInStep * 3 - state.annotations.length;
  state.annotations.push(...annotations.slice(0, Math.max(0, room)));
}

/** Ends a step. `continue-on-error` forgives a failure here; what remains fails the level that the step is on. */
export function finishStep(
  machine: Machine,
  entry: StepInRun,
  outcome: Outcome,
  note?: string,
): void {
  const { state, step, leg } = entry;
  if (note !== undefined && !state.notes.includes(note)) state.notes.push(note);
  delete state.operation;
  delete state.hashing;
  state.cancelling = false;
  state.outcome = outcome;
  state.conclusion = outcome === 'failure' && isForgiven(machine, entry) ? 'success' : outcome;
  state.status = 'finished';
  state.finishedAt = machine.at;
  // Inside a composite action the action's end decides.
  if (state.conclusion === 'failure' && step.frame === undefined) leg.failed = true;
  if (step.action.kind === 'composite-end') endFrame(machine, entry, step.action.begin);
}

/** A composite action ends as its steps did. */
function endFrame(machine: Machine, entry: StepInRun, beginIndex: number): void {
  const begin = stepInRun(entry, beginIndex);
  if (begin?.state.status !== 'running') return;
  const inner = entry.plan.steps.flatMap(({ frame }, index) =>
    frame === beginIndex ? [entry.leg.steps[index]?.conclusion] : [],
  );
  const order: readonly Outcome[] = ['failure', 'cancelled'];
  finishStep(machine, begin, order.find((outcome) => inner.includes(outcome)) ?? 'success');
}

function isForgiven(machine: Machine, entry: StepInRun): boolean {
  const { step, state } = entry;
  if (step.continueOnError === undefined) return false;
  try {
    return stepScope(machine, entry, entry.index).boolean(step.continueOnError);
  } catch (error) {
    if (!(error instanceof ExpressionProblem)) throw error;
    state.notes.push(`continue-on-error: ${error.message}`);
    return false;
  }
}
