import { ExpressionProblem } from './expression-functions.ts';
import { startAction } from './machine-actions.ts';
import { type Machine, stepScope } from './machine-contexts.ts';
import {
  failStep,
  finishStep,
  type StepInRun,
  startOperation,
  stepInRun,
} from './machine-step-endings.ts';
import { scriptTask } from './machine-tasks.ts';

/** Begins the step at the leg's cursor: afterwards it is finished, or waits for an operation. */
export function beginStep(machine: Machine, entry: StepInRun): void {
  const { step, state, leg } = entry;
  state.startedAt ??= machine.at;
  if (leg.forced) return finishStep(machine, entry, 'cancelled', 'the job had no time left');
  const needsWorkspace = step.action.kind !== 'checkout' && step.action.kind !== 'unavailable';
  if (needsWorkspace && leg.workspace.places === undefined) return startOperation(entry, 'prepare');
  evaluating(machine, entry, () => {
    const scope = stepScope(machine, entry, entry.index);
    if (!scope.condition(step.if)) return skipStep(machine, entry);
    state.name = scope.text(step.name).slice(0, 300);
    const { action } = step;
    if (action.kind === 'run') {
      // Evaluated once now, so that what is wrong in it fails the step, and again when it is handed out.
      scriptTask(machine, entry, entry.index);
      return startOperation(entry, 'run');
    }
    if (action.kind === 'composite-begin') return beginFrame(entry);
    if (action.kind === 'composite-end') return endAction(machine, entry, action.begin);
    if (action.kind === 'unavailable') {
      state.unavailable = true;
      return finishStep(
        machine,
        entry,
        'skipped',
        `cannot run here: ${action.reason}; it runs ${action.where}`,
      );
    }
    startAction(machine, entry, scope);
  });
}

/** Runs an evaluation; where an expression has no value, the step fails, or first waits for the hash of files. */
export function evaluating(machine: Machine, entry: StepInRun, evaluate: () => void): void {
  try {
    evaluate();
  } catch (error) {
    if (!(error instanceof ExpressionProblem)) throw error;
    if (error.files === undefined) return failStep(machine, entry, error.message);
    if (entry.leg.workspace.places === undefined) return startOperation(entry, 'prepare');
    entry.state.hashing = JSON.stringify(error.files);
    startOperation(entry, 'hash');
  }
}

function skipStep(machine: Machine, entry: StepInRun): void {
  const { action } = entry.step;
  finishStep(machine, entry, 'skipped', entry.leg.cancelled ? 'the job was cancelled' : undefined);
  if (action.kind !== 'composite-begin') return;
  for (let index = entry.index + 1; index <= action.end; index += 1) {
    const inner = stepInRun(entry, index);
    if (inner !== undefined) finishStep(machine, inner, 'skipped');
  }
}

/** The steps of the composite action follow as the leg's cursor moves on. */
function beginFrame({ state, leg }: StepInRun): void {
  state.status = 'running';
  state.envBefore = { ...leg.env };
}

function endAction(machine: Machine, entry: StepInRun, beginIndex: number): void {
  const begin = stepInRun(entry, beginIndex);
  const { action } = entry.step;
  if (begin === undefined || action.kind !== 'composite-end') return;
  const scope = stepScope(machine, entry, entry.index);
  for (const { name, value } of action.outputs) begin.state.outputs[name] = scope.text(value);
  finishStep(machine, entry, 'success');
}
