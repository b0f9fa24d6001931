import { type Client, PltfError, type RunView } from '@pltf/contracts';
import type { Context } from '../context.ts';
import { exit } from '../exit.ts';
import { printProblem } from '../output/problem.ts';
import { createProgress, type Step } from '../output/progress.ts';
import { safe } from '../output/safe-text.ts';
import { between, duration } from '../output/time.ts';
import { followUntil } from './follow-until.ts';
import { tellDetached } from './operation.ts';
import { watchEvents } from './watch.ts';

type StepState = RunView['jobs'][number]['state'];
const states: Readonly<Record<StepState, Step['state']>> = {
  waiting: 'waiting',
  running: 'running',
  passed: 'done',
  failed: 'failed',
  skipped: 'skipped',
  cancelled: 'failed',
  unavailable: 'skipped',
};

/** Jobs with their steps as one list. */
export const runSteps = ({ jobs }: RunView): Step[] =>
  jobs.flatMap((job) => {
    const one = (
      id: string,
      title: string,
      step: Pick<typeof job, 'state' | 'durationMs' | 'note'>,
    ): Step => ({
      id,
      title,
      state: states[step.state],
      tookMs: step.durationMs,
      detail: step.note,
    });
    // Of a job that does not run here one line is enough.
    const whole = job.steps.length === 0 || job.state === 'skipped' || job.state === 'unavailable';
    return whole
      ? [one(job.id, job.name, job)]
      : job.steps.map((step, at) => one(`${job.id}/${at}`, `${job.name}: ${step.name}`, step));
  });

/** Shows a pipeline run to its end; a red one prints its failing lines and gives 1. */
export async function followRun(context: Context, client: Client, id: string): Promise<number> {
  const progress = createProgress(context.err, context.json);
  const run = await followUntil({
    read: () => client.getRun({ params: { id } }),
    watch: watchEvents(client, { run: id }, context.interrupted),
    isDone: ({ state }) => state !== 'queued' && state !== 'running',
    show: (state) => progress.update(runSteps(state)),
    interrupted: context.interrupted,
    resume: `Nothing is lost: \`pltf attach ${id}\` follows it once the platform is back.`,
  }).finally(() => progress.end());
  if (run === undefined) {
    tellDetached(context, id);
    return exit.interrupted;
  }
  if (context.json) context.out.document(run);
  if (run.state === 'passed') {
    if (!context.json) printPassed(context, run);
    return exit.done;
  }
  if (!context.json) printFailing(context, run);
  printProblem(
    new PltfError('pipeline-failed', {
      detail: `Run #${run.number} of ${run.component} (${run.branch}, ${run.commit.slice(0, 7)}): ${run.state}`,
      ...(run.state === 'failed' ? {} : { fix: 'Push again to run the newest commit.' }),
    }),
    context.err,
    context.json,
  );
  return exit.failed;
}

function printPassed({ out }: Context, run: RunView): void {
  const took = between(run.startedAt, run.finishedAt);
  const made = run.release === undefined ? '' : `, release #${run.release}`;
  const time = took === undefined ? '' : ` in ${duration(took)}`;
  out.print(
    `${out.style.green('✔')} Run #${run.number} of ${safe(run.component)} passed${time}${made}`,
  );
  for (const note of run.notes) out.print(`  ${out.style.dim(safe(note))}`);
}

/** The lines a person needs to see when a run is red. */
export function printFailing({ err }: Context, run: RunView): void {
  for (const { step, where, lines } of run.failing) {
    err.print(
      `${err.style.red('✖')} ${safe(step)}${where === undefined ? '' : ` (${safe(where)})`}`,
    );
    for (const line of lines) err.print(`  ${err.style.dim('│')} ${safe(line)}`);
  }
}
