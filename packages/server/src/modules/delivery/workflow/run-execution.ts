import { PltfError } from '@pltf/contracts';
import type { RunInputs } from './machine-contexts.ts';
import { advance, newRunState, nextDeadline, resume } from './run-machine.ts';
import { executeOperation } from './run-operation-execution.ts';
import type { Operation, RunEvent } from './run-operations.ts';
import type { RunPlan } from './run-plan.ts';
import type { RunState } from './run-state.ts';
import type { RunStore } from './run-store.ts';
import type { StepRunner } from './step-runner.ts';

export interface RunExecutionOptions {
  readonly runId: string;
  readonly store: RunStore;
  readonly runner: StepRunner;
  readonly inputs: RunInputs;
  /** Ends the execution, not the run: tasks go on, and the next execution attaches to them. */
  readonly signal?: AbortSignal;
  /** Told each state once it is stored. */
  readonly onState?: (plan: RunPlan, state: RunState) => void;
  /** Milliseconds since 1970. */
  readonly clock?: () => number;
}

export interface CancelOptions {
  readonly reason: string;
  readonly supersededBy?: string;
  /** Positions in the plan; absent for all. */
  readonly workflows?: readonly number[];
}

export interface RunExecution {
  /**
   * Settles with the finished run. Rejects when the execution cannot go on now (the store or the runner
   * does not answer, another execution has taken over, `signal`): executing the run again continues it.
   */
  readonly done: Promise<RunState>;
  /** Asks the run to end early. Stored with the next state; repeat it when the execution is begun anew. */
  cancel(options: CancelOptions): void;
}

/** Drives a stored run to its end, from wherever it stands. */
export function executeRun(options: RunExecutionOptions): RunExecution {
  const events = createEventQueue();
  const clock = options.clock ?? Date.now;
  return {
    done: drive(options, events, clock),
    cancel: (request) => events.push({ type: 'cancel', at: clock(), ...request }),
  };
}

async function drive(
  options: RunExecutionOptions,
  events: EventQueue,
  clock: () => number,
): Promise<RunState> {
  const { store, runId, runner, inputs, signal, onState } = options;
  const stop = () => events.fail(signal?.reason);
  signal?.addEventListener('abort', stop);
  const flight = createFlight(events, clock);
  try {
    signal?.throwIfAborted();
    const stored = await store.load(runId);
    if (stored === undefined)
      throw new PltfError('not-found', { detail: `There is no run ${runId}` });
    const { plan } = stored;
    let state = stored.state ?? newRunState(plan);
    let version = stored.version;
    if (state.status === 'queued') events.push({ type: 'begin', at: clock() });
    let operations = resume(plan, state, inputs);
    for (;;) {
      const context = { runner, inputs, state, clock };
      flight.reconcile(operations, (operation, abort) =>
        executeOperation(context, operation, abort),
      );
      if (state.status === 'finished' && operations.length === 0) return state;
      const batch = await events.next(nextDeadline(state), clock);
      // Several events that came together are one state: fewer writes, the same end.
      for (const event of batch) ({ state, operations } = advance(plan, state, event, inputs));
      version = await store.save(runId, state, version);
      onState?.(plan, state);
    }
  } finally {
    flight.abort();
    signal?.removeEventListener('abort', stop);
  }
}

interface EventQueue {
  push(event: RunEvent): void;
  fail(reason: unknown): void;
  /** All events there are, at least one; at the deadline `time`. Rejects once failed. */
  next(deadline: number | undefined, clock: () => number): Promise<readonly RunEvent[]>;
}

/** Node's timers count in 32 bits. */
const longestTimer = 2 ** 31 - 1;

function createEventQueue(): EventQueue {
  let waiting: RunEvent[] = [];
  let failure: { readonly reason: unknown } | undefined;
  let wake: () => void = () => undefined;
  return {
    push: (event) => {
      waiting.push(event);
      wake();
    },
    fail: (reason) => {
      failure ??= { reason };
      wake();
    },
    next: async (deadline, clock) => {
      if (waiting.length === 0 && failure === undefined) {
        await new Promise<void>((resolve) => {
          // Node's timers may fire a millisecond early.
          const left = deadline === undefined ? undefined : Math.max(0, deadline - clock()) + 1;
          const timer =
            left === undefined ? undefined : setTimeout(resolve, Math.min(left, longestTimer));
          wake = () => {
            clearTimeout(timer);
            resolve();
          };
        });
      }
      if (failure !== undefined) throw failure.reason;
      const events = waiting.length === 0 ? [{ type: 'time' as const, at: clock() }] : waiting;
      waiting = [];
      return events;
    },
  };
}

type Execute = (operation: Operation, signal: AbortSignal) => Promise<RunEvent | undefined>;

interface Flight {
  /** Starts what is not under way yet and lets go of what is no longer wanted. */
  reconcile(operations: readonly Operation[], execute: Execute): void;
  abort(): void;
}

function createFlight(events: EventQueue, clock: () => number): Flight {
  const controllers = new Map<string, AbortController>();
  const start = async (operation: Operation, execute: Execute, signal: AbortSignal) => {
    try {
      const event = await execute(operation, signal);
      if (event !== undefined && !signal.aborted) events.push(event);
    } catch (error) {
      if (signal.aborted) return;
      const problem = finalProblem(operation, error, clock());
      if (problem === undefined) events.fail(error);
      else events.push(problem);
    }
  };
  return {
    reconcile: (operations, execute) => {
      const wanted = new Set(operations.map(({ id }) => id));
      for (const [id, controller] of controllers) {
        if (wanted.has(id)) continue;
        controller.abort();
        controllers.delete(id);
      }
      for (const operation of operations) {
        // Also after its end it stays known, so that it is not repeated before the state has moved on.
        if (controllers.has(operation.id)) continue;
        const controller = new AbortController();
        controllers.set(operation.id, controller);
        void start(operation, execute, controller.signal);
      }
    },
    abort: () => {
      for (const controller of controllers.values()) controller.abort();
    },
  };
}

/** An error that trying again does not mend belongs to the step: it fails with the reason. */
function finalProblem(operation: Operation, error: unknown, at: number): RunEvent | undefined {
  if (!(error instanceof PltfError) || error.kind.retryable || !('at' in operation))
    return undefined;
  const kind = operation.kind === 'refuse' ? operation.of : operation.kind;
  const problem = `${error.detail}. ${error.fix}`;
  return { type: 'finished', at, step: operation.at, result: { kind, problem } };
}
