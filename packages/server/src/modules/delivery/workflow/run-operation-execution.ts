import type { RunInputs } from './machine-contexts.ts';
import type { Operation, RunEvent } from './run-operations.ts';
import type { RunState } from './run-state.ts';
import { createMask } from './secret-masking.ts';
import { findingsOf } from './step-findings.ts';
import type { ArtifactRequest, StepRunner, TaskOutcome } from './step-runner.ts';

export interface OperationContext {
  readonly runner: StepRunner;
  readonly inputs: RunInputs;
  readonly state: RunState;
  readonly clock: () => number;
}

const secretsOf = ({ inputs, state }: OperationContext): string[] => [
  ...Object.values(inputs.secrets),
  ...(inputs.token === undefined ? [] : [inputs.token]),
  ...state.masks,
];

/** Carries out one operation; answers the event that tells of its end, if the machine waits for one. */
export async function executeOperation(
  context: OperationContext,
  operation: Operation,
  signal: AbortSignal,
): Promise<RunEvent | undefined> {
  const { runner, clock } = context;
  if (operation.kind === 'cancel-task') {
    await runner.cancel(operation.taskId);
    return undefined;
  }
  if (operation.kind === 'remove-workspace') {
    await runner.remove(operation.workspaceId);
    return { type: 'workspace-removed', at: clock(), leg: operation.leg };
  }
  const { result, at } = await resultOf(context, operation, signal);
  return { type: 'finished', at: at ?? clock(), step: operation.at, result };
}

type StepOperation = Exclude<Operation, { readonly kind: 'cancel-task' | 'remove-workspace' }>;
type Finished = Extract<RunEvent, { readonly type: 'finished' }>;
interface Result {
  readonly result: Finished['result'];
  readonly at?: number;
}

async function resultOf(
  context: OperationContext,
  operation: StepOperation,
  signal: AbortSignal,
): Promise<Result> {
  const { runner } = context;
  switch (operation.kind) {
    case 'refuse':
      return { result: { kind: operation.of, problem: operation.problem } };
    case 'prepare':
    case 'checkout':
      return {
        result: { kind: operation.kind, places: await runner.prepare(operation.request, signal) },
      };
    case 'run':
    case 'hash':
      return taskResult(context, operation, signal);
    case 'cache-restore':
      return {
        result: { kind: operation.kind, ...(await runner.cacheRestore(operation.request, signal)) },
      };
    case 'cache-save':
      await runner.cacheSave(operation.request, signal);
      return { result: { kind: operation.kind } };
    case 'artifact-upload': {
      const { request } = operation;
      return {
        result: {
          kind: operation.kind,
          name: request.name,
          ...(await runner.uploadArtifact(request, signal)),
        },
      };
    }
    case 'artifact-download':
      return {
        result: {
          kind: operation.kind,
          ...(await downloadAll(runner, operation.requests, signal)),
        },
      };
  }
}

async function taskResult(
  context: OperationContext,
  { kind, task }: Extract<Operation, { readonly kind: 'run' | 'hash' }>,
  signal: AbortSignal,
): Promise<Result> {
  const outcome = await context.runner.run(task, signal);
  const secrets = secretsOf(context);
  const findings =
    kind === 'hash'
      ? { annotations: [], masks: [], notes: [] }
      : await findingsOf(
          context.runner.log(task.id),
          outcome,
          secrets,
          task.env['GITHUB_WORKSPACE'] ?? '',
        );
  const masked = withMaskedSummary(outcome, [...secrets, ...findings.masks]);
  // The task's own time, so that a run taken up again after a crash sees the same.
  return { at: outcome.finishedAt, result: { kind, outcome: masked, findings } };
}

function withMaskedSummary(outcome: TaskOutcome, secrets: readonly string[]): TaskOutcome {
  const summary = outcome.files['GITHUB_STEP_SUMMARY'];
  if (summary === undefined || summary === '') return outcome;
  return {
    ...outcome,
    files: { ...outcome.files, GITHUB_STEP_SUMMARY: createMask(secrets)(summary) },
  };
}

async function downloadAll(
  runner: StepRunner,
  requests: readonly ArtifactRequest[],
  signal: AbortSignal,
): Promise<{ files: number; bytes: number }> {
  const total = { files: 0, bytes: 0 };
  for (const request of requests) {
    const { files, bytes } = await runner.downloadArtifact(request, signal);
    total.files += files;
    total.bytes += bytes;
  }
  return total;
}
