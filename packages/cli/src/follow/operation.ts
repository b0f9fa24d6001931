import { type Client, isErrorCode, type OperationView, PltfError } from '@pltf/contracts';
import type { Context } from '../context.ts';
import { exit } from '../exit.ts';
import { createProgress, type Step } from '../output/progress.ts';
import { between } from '../output/time.ts';
import { printReceipt } from '../view/receipt.ts';
import { followUntil } from './follow-until.ts';
import { watchEvents } from './watch.ts';

const stepsOf = (operation: OperationView): Step[] =>
  operation.steps.map((step) => ({
    id: step.id,
    title: step.title,
    state: step.state,
    detail: step.detail,
    tookMs: between(step.startedAt, step.finishedAt),
  }));

/** Shows a long operation to its end; undefined when the person interrupted and it goes on without them. */
export async function followOperation(
  context: Context,
  client: Client,
  id: string,
): Promise<OperationView | undefined> {
  const progress = createProgress(context.err, context.json);
  try {
    return await followUntil({
      read: () => client.getOperation({ params: { id } }),
      watch: watchEvents(client, { operation: id }, context.interrupted),
      isDone: ({ state }) => state === 'done' || state === 'undone',
      show: (operation) => progress.update(stepsOf(operation)),
      interrupted: context.interrupted,
      onSilence: (silent) =>
        progress.say(
          silent ? 'The platform does not answer; waiting for it …' : 'It answers again.',
        ),
      resume: `Nothing is lost: \`pltf attach ${id}\` follows it once the platform is back.`,
    });
  } finally {
    progress.end();
  }
}

/** The error of an operation that did not reach its end; undefined for one that did. */
export function operationError(operation: OperationView): PltfError | undefined {
  const { problem, state } = operation;
  if (state === 'done' && problem === undefined) return undefined;
  const failed = operation.steps.filter((step) => step.state === 'failed');
  return new PltfError(
    problem !== undefined && isErrorCode(problem.code) ? problem.code : 'creation-failed',
    {
      detail: problem?.detail ?? `${operation.subject}: the ${operation.kind} was undone`,
      ...(problem === undefined ? {} : { fix: problem.fix }),
      // The reason often is the step's own; once is enough.
      errors: failed
        .filter(({ detail }) => detail === undefined || !problem?.detail.startsWith(detail))
        .map((step) => ({ where: step.title, message: step.detail ?? 'failed' })),
    },
  );
}

/**
 * Follows work that makes something, and hands its end to `told` for a person to read; a program is answered with the
 * operation. Throws what stopped it, with the receipt of what was put back. Answers with the exit code.
 */
export async function followMaking(
  context: Context,
  client: Client,
  id: string,
  told: (operation: OperationView) => void | Promise<void>,
): Promise<number> {
  const operation = await followOperation(context, client, id);
  if (operation === undefined) {
    tellDetached(context, id);
    return exit.interrupted;
  }
  if (context.json) context.out.document(operation);
  const error = operationError(operation);
  if (error !== undefined) {
    if (!context.json) printReceipt(context.err, operation);
    throw error;
  }
  if (!context.json) await told(operation);
  return exit.done;
}

/** What a detached person reads: the work goes on, and how to see it again. */
export function tellDetached(context: Context, id: string): void {
  context.err.print(`Detached; it goes on by itself. \`pltf attach ${id}\` follows it again.`);
}
