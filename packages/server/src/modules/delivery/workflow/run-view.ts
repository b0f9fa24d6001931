import type { RunJobView, RunView } from '@pltf/contracts';
import { plainName } from './machine-jobs.ts';
import { stepTaskId } from './machine-tasks.ts';
import type { JobPlan, RunPlan, StepPlan } from './run-plan.ts';
import type { JobState, LegState, Outcome, RunState, StepState } from './run-state.ts';

/** The part of a run's view that plan and state decide. */
export type WorkflowRunView = Pick<
  RunView,
  'state' | 'jobs' | 'notes' | 'failing' | 'startedAt' | 'finishedAt'
>;

type ViewState = RunJobView['state'];

const outcomes: Readonly<Record<Outcome, ViewState>> = {
  success: 'passed',
  failure: 'failed',
  cancelled: 'cancelled',
  skipped: 'skipped',
};

/** A run as people see it in portal and CLI. */
export function viewRun(plan: RunPlan, state: RunState): WorkflowRunView {
  const jobs = plan.jobs.flatMap((job, index) => {
    const jobState = state.jobs[index];
    return jobState === undefined ? [] : viewJob(job, jobState);
  });
  return {
    state: viewState(state),
    jobs,
    notes: [
      ...plan.notStarted.map(({ path, reason }) => `${path} was not started: ${reason}`),
      ...remarks(jobs),
    ],
    failing: failingOf(plan, state),
    ...(state.startedAt === undefined ? {} : { startedAt: instant(state.startedAt) }),
    ...(state.finishedAt === undefined ? {} : { finishedAt: instant(state.finishedAt) }),
  };
}

const instant = (milliseconds: number): string => new Date(milliseconds).toISOString();

function viewState({ status, conclusion, cancels }: RunState): RunView['state'] {
  if (status !== 'finished') return status;
  if (conclusion === 'failure') return 'failed';
  if (conclusion !== 'cancelled') return 'passed';
  return cancels.some(({ supersededBy }) => supersededBy !== undefined)
    ? 'superseded'
    : 'cancelled';
}

function viewJob(plan: JobPlan, job: JobState): RunJobView[] {
  if (job.legs.length > 0) return job.legs.map((leg) => viewLeg(plan, job, leg));
  const state = job.unavailable
    ? 'unavailable'
    : job.result === undefined
      ? 'waiting'
      : outcomes[job.result];
  const steps = plan.steps.flatMap((step) =>
    step.action.kind === 'composite-end'
      ? []
      : [{ name: nameOf(step, plainName(step.name)), state, ...noteOf(step.notes) }],
  );
  const notes = [...job.notes, ...job.annotations.map(({ message }) => message)];
  return [{ id: plan.key, name: plainName(plan.name), state, ...noteOf(notes), steps }];
}

function viewLeg(plan: JobPlan, job: JobState, leg: LegState): RunJobView {
  const forgiven =
    leg.result === 'failure' && leg.continueOnError ? ['it may fail: continue-on-error'] : [];
  const notes = [
    ...job.notes,
    ...leg.notes,
    ...leg.annotations.map(({ message }) => message),
    ...forgiven,
  ];
  const ended = leg.result === undefined ? undefined : outcomes[leg.result];
  const state = leg.unavailable
    ? 'unavailable'
    : leg.status === 'running'
      ? 'running'
      : (ended ?? 'waiting');
  return {
    id: leg.key,
    name: leg.name,
    state: leg.timedOut && leg.status === 'finished' ? 'failed' : state,
    ...durationOf(leg),
    ...noteOf(notes),
    steps: plan.steps.flatMap((step, index) => {
      const stepState = leg.steps[index];
      return stepState === undefined || step.action.kind === 'composite-end'
        ? []
        : [viewStep(step, stepState)];
    }),
  };
}

function viewStep(plan: StepPlan, step: StepState): RunJobView['steps'][number] {
  const ended = step.conclusion === undefined ? undefined : outcomes[step.conclusion];
  const state = step.unavailable
    ? 'unavailable'
    : step.status === 'running'
      ? 'running'
      : (ended ?? 'waiting');
  const forgiven =
    step.outcome === 'failure' && step.conclusion === 'success'
      ? ['it failed and may: continue-on-error']
      : [];
  return {
    name: nameOf(plan, step.name),
    state,
    ...durationOf(step),
    ...noteOf([...step.notes, ...forgiven]),
  };
}

/** Steps of a composite action stand below it. */
const nameOf = (plan: StepPlan, name: string): string =>
  plan.frame === undefined ? name : `› ${name}`;

const noteOf = (notes: readonly string[]): { note?: string } =>
  notes.length === 0 ? {} : { note: [...new Set(notes)].join('; ').slice(0, 1000) };

function durationOf(timed: {
  readonly startedAt?: number | undefined;
  readonly finishedAt?: number | undefined;
}): { durationMs?: number } {
  if (timed.startedAt === undefined || timed.finishedAt === undefined) return {};
  return { durationMs: Math.max(0, timed.finishedAt - timed.startedAt) };
}

/** What cannot run here or differs from GitHub, each thing once. */
function remarks(jobs: readonly RunJobView[]): string[] {
  const found = jobs.flatMap((job) => {
    if (job.state === 'unavailable') return [`${job.name}: ${job.note ?? ''}`];
    return job.steps.flatMap(({ name, state, note }) => {
      const differs = state === 'unavailable' || note?.startsWith('asked for') === true;
      return differs ? [`${job.name} / ${name}: ${note ?? ''}`] : [];
    });
  });
  return [...new Set(found)].slice(0, 50);
}

function failingOf(plan: RunPlan, state: RunState): RunView['failing'] {
  const files = plan.problems.map(({ file, line, column, message, fix }) => ({
    step: 'workflow file',
    where: `${file}:${line}:${column}`,
    lines: fix === undefined ? [message] : [message, fix],
  }));
  const jobs = state.jobs.flatMap((job, index) => [
    ...errorsOf(plan.jobs[index]?.id ?? job.key, job.annotations),
    ...job.legs.flatMap((leg) => [
      ...errorsOf(leg.name, leg.annotations),
      ...leg.steps.flatMap(({ name, outcome, conclusion, failing }) =>
        failing === undefined || outcome !== 'failure' || conclusion !== 'failure'
          ? []
          : [{ step: `${leg.name} / ${name}`, ...failing }],
      ),
    ]),
  ]);
  return [...files, ...jobs].slice(0, 20);
}

const errorsOf = (step: string, annotations: JobState['annotations']): RunView['failing'] =>
  annotations.map(({ message, file, line }) => ({
    step,
    ...(file === undefined ? {} : { where: `${file}:${line ?? 1}` }),
    lines: [message],
  }));

/** The tasks of steps that have begun, in the order of plan and steps, each with the name that people know. */
export function stepTasks(
  plan: RunPlan,
  state: RunState,
): readonly { readonly task: string; readonly name: string }[] {
  return state.jobs.flatMap((job) =>
    job.legs.flatMap((leg) =>
      leg.steps.flatMap((step, index) =>
        step.startedAt === undefined
          ? []
          : [
              {
                task: stepTaskId(plan, leg.key, index),
                name: `${leg.name} / ${step.name}`,
              },
            ],
      ),
    ),
  );
}
