import { type Client, PltfError, type TaskView } from '@pltf/contracts';
import type { Context } from '../context.ts';
import { exit } from '../exit.ts';
import { printProblem } from '../output/problem.ts';
import { safe } from '../output/safe-text.ts';
import { followUntil } from './follow-until.ts';
import { steadyLines } from './log-lines.ts';
import { watchEvents } from './watch.ts';

/** A task's own exit code where it can be told from ours, else 1. */
export const taskExit = ({ state, exitCode }: Pick<TaskView, 'state' | 'exitCode'>): number => {
  if (state === 'passed') return exit.done;
  return exitCode !== undefined && exitCode >= 1 && exitCode <= 125 ? exitCode : exit.failed;
};

/** Streams the output of a task to its end and gives its exit code. Ctrl-C cancels the task. */
export async function followTask(context: Context, client: Client, id: string): Promise<number> {
  const { interrupted, json } = context;
  const cancelled = interrupted.aborted ? cancel(context, client, id) : undefined;
  let cancelling = cancelled;
  const onInterrupt = () => {
    cancelling = cancel(context, client, id);
  };
  interrupted.addEventListener('abort', onInterrupt, { once: true });
  // The output of a cancelled task is still read to its end, so this signal is never aborted.
  const unbroken = new AbortController().signal;
  const open = () => client.taskLog({ params: { id }, query: { follow: 'true' } });
  for await (const line of steadyLines(open, unbroken)) {
    if (json) context.out.jsonLine(line);
    else (line.stream === 'out' ? context.out : context.err).print(safe(line.text));
  }
  interrupted.removeEventListener('abort', onInterrupt);
  await cancelling;
  const task = await finished(client, id, unbroken);
  if (json) context.out.jsonLine(task);
  else if (task.ended !== undefined)
    context.err.print(`The platform ended it: ${safe(task.ended)}`);
  else if (task.state === 'failed' && task.exitCode === undefined) {
    printProblem(
      new PltfError('task-failed', { detail: `${id} ended without an exit code` }),
      context.err,
      json,
    );
  }
  return taskExit(task);
}

async function cancel({ err, json }: Context, client: Client, id: string): Promise<void> {
  if (!json) err.print(`Cancelling ${id}; Ctrl-C again leaves it to the platform.`);
  await client.cancelTask({ params: { id } }).catch((error: unknown) => {
    if (!json)
      err.print(`It could not be cancelled: ${error instanceof Error ? safe(error.message) : ''}`);
  });
}

/** The task's record, which may follow its last line of output by a moment. */
async function finished(client: Client, id: string, signal: AbortSignal): Promise<TaskView> {
  const task = await followUntil({
    read: () => client.getTask({ params: { id } }),
    watch: watchEvents(client, {}, signal),
    isDone: ({ state }) => state !== 'running',
    show: () => undefined,
    interrupted: signal,
    resume: `\`pltf attach ${id}\` shows it once the platform is back.`,
  });
  if (task === undefined) throw new PltfError('unavailable', { detail: `${id} cannot be read` });
  return task;
}
