import type { RunInputs } from '../machine-contexts.ts';
import { advance, newRunState, nextDeadline } from '../run-machine.ts';
import type { Operation, OperationResult, RunEvent } from '../run-operations.ts';
import type { RunPlan } from '../run-plan.ts';
import { RunState } from '../run-state.ts';

/** How a task ends in a simulated run; a task without an answer never ends by itself. */
export interface SimulatedTask {
  readonly exitCode?: number;
  readonly afterMs?: number;
  readonly files?: Readonly<Record<string, string>>;
}

export interface Simulation {
  readonly state: RunState;
  /** Ids of operations in the order in which they first were to be under way. */
  readonly started: readonly string[];
  /** The greatest number of tasks at once. */
  readonly mostTasks: number;
  readonly transitions: number;
}

export interface SimulationOptions {
  readonly plan: RunPlan;
  /** Answers for a task by its script. */
  readonly task?: (script: string, id: string) => SimulatedTask | undefined;
  readonly inputs?: Partial<RunInputs>;
  /** Events from outside. */
  readonly events?: readonly RunEvent[];
}

const places = { root: '/w', temporary: '/t', home: '/h', path: '/usr/bin:/bin' };

/** Runs the machine with a clock of its own: every operation ends when the simulation says so. */
export function simulate(options: SimulationOptions): Simulation {
  const { plan } = options;
  const inputs: RunInputs = { secrets: {}, vars: {}, ...options.inputs };
  const pending: RunEvent[] = [{ type: 'begin', at: 0 }, ...(options.events ?? [])];
  const started = new Set<string>();
  let state = newRunState(plan);
  let mostTasks = 0;
  let transitions = 0;
  for (let at = 0; transitions < 5000; transitions += 1) {
    const deadline = nextDeadline(state);
    pending.sort((a, b) => a.at - b.at);
    const next =
      pending[0] !== undefined && pending[0].at <= (deadline ?? Number.MAX_SAFE_INTEGER)
        ? pending.shift()
        : undefined;
    if (next === undefined && deadline === undefined) break;
    at = Math.max(at, next?.at ?? deadline ?? 0);
    const turn = advance(plan, state, next ?? { type: 'time', at }, inputs);
    // As a database would keep it.
    state = RunState.parse(JSON.parse(JSON.stringify(turn.state)));
    const { operations } = turn;
    mostTasks = Math.max(mostTasks, operations.filter(({ kind }) => kind === 'run').length);
    for (const operation of operations) {
      if (started.has(operation.id)) continue;
      started.add(operation.id);
      const event = endOf(operation, at, options, operations);
      if (event !== undefined) pending.push(event);
    }
  }
  return { state, started: [...started], mostTasks, transitions };
}

function endOf(
  operation: Operation,
  at: number,
  options: SimulationOptions,
  operations: readonly Operation[],
): RunEvent | undefined {
  if (operation.kind === 'remove-workspace')
    return { type: 'workspace-removed', at: at + 1, leg: operation.leg };
  if (operation.kind === 'cancel-task') {
    const cancelled = operations.find(({ id }) => id === operation.taskId);
    return cancelled !== undefined && 'at' in cancelled
      ? finished(cancelled, at + 1, taskResult(cancelled, { exitCode: 143 }, at))
      : undefined;
  }
  if (operation.kind === 'run') {
    const answer =
      options.task === undefined
        ? { exitCode: 0 }
        : options.task(operation.task.script, operation.id);
    if (answer === undefined) return undefined;
    const after = answer.afterMs ?? 10;
    if (after > operation.task.timeoutMs) {
      const end = at + operation.task.timeoutMs;
      return finished(operation, end, taskResult(operation, { exitCode: 137 }, end, true));
    }
    return finished(operation, at + after, taskResult(operation, answer, at + after));
  }
  return finished(operation, at + 1, resultOf(operation, at));
}

const finished = (
  operation: Extract<Operation, { readonly at: unknown }>,
  at: number,
  result: OperationResult,
): RunEvent => ({
  type: 'finished',
  at,
  step: operation.at,
  result,
});

function taskResult(
  operation: Operation,
  { exitCode = 0, files = {} }: SimulatedTask,
  at: number,
  timedOut = false,
): OperationResult {
  const kind = operation.kind === 'hash' ? 'hash' : 'run';
  return {
    kind,
    outcome: { exitCode, timedOut, files, startedAt: at, finishedAt: at },
    findings: { annotations: [], masks: [], notes: [] },
  };
}

function resultOf(
  operation: Extract<Operation, { readonly at: unknown }>,
  at: number,
): OperationResult {
  switch (operation.kind) {
    case 'prepare':
    case 'checkout':
      return { kind: operation.kind, places };
    case 'cache-restore':
      return { kind: operation.kind, exact: false };
    case 'cache-save':
      return { kind: operation.kind };
    case 'artifact-upload':
      return { kind: operation.kind, name: operation.request.name, files: 1, bytes: 1 };
    case 'artifact-download':
      return { kind: operation.kind, files: 1, bytes: 1 };
    case 'refuse':
      return { kind: operation.of, problem: operation.problem };
    default:
      return taskResult(operation, { files: { GITHUB_OUTPUT: 'hash=abc\n' } }, at);
  }
}
