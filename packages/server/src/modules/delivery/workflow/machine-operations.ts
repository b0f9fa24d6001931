import { ExpressionProblem } from './expression-functions.ts';
import {
  cacheRequest,
  cacheSaveRequest,
  checkoutRequest,
  downloadRequests,
  inputsInFlight,
  uploadRequest,
} from './machine-actions.ts';
import { type LegInRun, legsOf, type Machine } from './machine-contexts.ts';
import { type StepInRun, stepInRun } from './machine-step-endings.ts';
import { hashTask, scriptTask, taskIdOf, workspaceIdOf } from './machine-tasks.ts';
import type { Operation } from './run-operations.ts';
import type { OperationKind } from './run-state.ts';

/** Everything that is to be under way in a state, computed from the state alone. */
export function operationsOf(machine: Machine): Operation[] {
  return [...legsOf(machine)].flatMap((entry) => {
    const { leg } = entry;
    if (leg.status === 'running') return runningOperations(machine, entry);
    const left = leg.status === 'finished' && !leg.workspace.removed;
    return left && !machine.plan.limits.keepWorkspaces ? [removal(machine, entry)] : [];
  });
}

function removal(machine: Machine, entry: LegInRun): Operation {
  const workspaceId = workspaceIdOf(machine, entry);
  return { kind: 'remove-workspace', id: `${workspaceId}-remove`, leg: entry.leg.key, workspaceId };
}

function runningOperations(machine: Machine, entry: LegInRun): Operation[] {
  const step = stepInRun(entry, entry.leg.cursor);
  if (step?.state.operation === undefined) return [];
  const operation = evaluatedOperation(machine, step, step.state.operation);
  if (!step.state.cancelling || !('task' in operation)) return [operation];
  const taskId = operation.task.id;
  return [operation, { kind: 'cancel-task', id: `${taskId}-cancel`, taskId }];
}

function evaluatedOperation(machine: Machine, entry: StepInRun, of: OperationKind): Operation {
  try {
    return operationOf(machine, entry, of);
  } catch (error) {
    if (!(error instanceof ExpressionProblem)) throw error;
    const at = { job: entry.job.key, leg: entry.leg.key, step: entry.index };
    return {
      kind: 'refuse',
      id: `${taskIdOf(machine, entry, entry.index)}-refuse`,
      at,
      of,
      problem: error.message,
    };
  }
}

function operationOf(machine: Machine, entry: StepInRun, kind: OperationKind): Operation {
  const { index, job, leg, step } = entry;
  const at = { job: job.key, leg: leg.key, step: index };
  const base = taskIdOf(machine, entry, index);
  if (kind === 'run') return { kind, id: base, at, task: scriptTask(machine, entry, index) };
  if (kind === 'hash') {
    const task = hashTask(machine, entry, index);
    return { kind, id: task.id, at, task };
  }
  if (kind === 'prepare') {
    const workspace = workspaceIdOf(machine, entry);
    return {
      kind,
      id: `${base}-prepare`,
      at,
      request: { id: workspace, step: `${workspace}-prepare` },
    };
  }
  const of = step.action.kind === 'cache' ? step.action.of : undefined;
  const saved = of === undefined ? undefined : cacheSaveRequest(machine, entry, of);
  if (kind === 'cache-save' && saved !== undefined)
    return { kind, id: `${base}-cache`, at, request: saved };
  const inputs = inputsInFlight(machine, entry);
  if (kind === 'checkout')
    return { kind, id: `${base}-checkout`, at, request: checkoutRequest(machine, entry, inputs) };
  if (kind === 'artifact-upload') {
    return { kind, id: `${base}-upload`, at, request: uploadRequest(machine, entry, inputs) };
  }
  if (kind === 'artifact-download') {
    return { kind, id: `${base}-download`, at, requests: downloadRequests(machine, entry, inputs) };
  }
  return {
    kind: kind === 'cache-save' ? kind : 'cache-restore',
    id: `${base}-cache`,
    at,
    request: cacheRequest(machine, entry, inputs),
  };
}
