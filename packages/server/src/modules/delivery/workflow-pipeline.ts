import type { z } from 'zod';
import { defaultBranch } from '../catalog/index.ts';
import type { Pipeline, PipelineRequest, PipelineResult } from './pipeline.ts';
import type { Run, RunSummary } from './run.ts';
import type { postgresRunStore } from './run-store.postgres.ts';
import type { Capabilities as CapabilitiesShape } from './workflow/index.ts';
import {
  executeRun,
  type PlanRequest,
  planRun,
  type RunPlan,
  type RunState,
  type StepRunner,
  viewRun,
} from './workflow/index.ts';

/** Filled by a driver: where a run's steps are carried out. */
export interface StepRunners {
  forRun(run: Run, team: string): StepRunner;
}

export interface WorkflowPipelineDependencies {
  readonly store: ReturnType<typeof postgresRunStore>;
  readonly runners: StepRunners;
  readonly capabilities: z.input<typeof CapabilitiesShape>;
  readonly portalUrl: string;
}

const noCommit = '0'.repeat(40);
const noWorkflow = 'There is no workflow in .github/workflows: nothing was tested.';

/** Runs the repository's own GitHub workflow files. */
export function workflowPipeline(dependencies: WorkflowPipelineDependencies): Pipeline {
  return {
    execute: async (request) => {
      if (request.workflows.size === 0)
        return { state: 'passed', summary: { jobs: [], notes: [noWorkflow], failing: [] } };
      const { store } = dependencies;
      const stored = await store.load(request.run.id);
      if (stored === undefined) {
        const plan = planRun(planRequest(dependencies, request));
        if (plan.problems.length > 0) return invalid(plan);
        await store.begin(request.run.id, plan);
      }
      return execute(dependencies, request);
    },
  };
}

async function execute(
  { store, runners }: WorkflowPipelineDependencies,
  request: PipelineRequest,
): Promise<PipelineResult> {
  const { run, team, cancel, signal, onProgress } = request;
  const telling = sequence(onProgress);
  let plan: RunPlan | undefined;
  const execution = executeRun({
    runId: run.id,
    store,
    runner: runners.forRun(run, team),
    inputs: { secrets: {}, vars: {} },
    signal,
    onState: (thePlan, state) => {
      plan = thePlan;
      telling.push(summaryOf(thePlan, state));
    },
  });
  const stop = (): void => execution.cancel({ reason: 'cancelled' });
  if (cancel.aborted) stop();
  cancel.addEventListener('abort', stop, { once: true });
  try {
    const state = await execution.done;
    await telling.settled();
    plan ??= (await store.load(run.id))?.plan;
    return resultOf(plan, state);
  } finally {
    cancel.removeEventListener('abort', stop);
  }
}

function resultOf(plan: RunPlan | undefined, state: RunState): PipelineResult {
  const summary =
    plan === undefined ? { jobs: [], notes: [], failing: [] } : summaryOf(plan, state);
  if (state.conclusion === 'failure') return { state: 'failed', summary };
  return { state: state.conclusion === 'cancelled' ? 'cancelled' : 'passed', summary };
}

function summaryOf(plan: RunPlan, state: RunState): RunSummary {
  const { jobs, notes, failing } = viewRun(plan, state);
  return { jobs, notes, failing };
}

function invalid(plan: RunPlan): PipelineResult {
  const failing = plan.problems.map(({ file, line, column, message, fix }) => ({
    step: 'workflow file',
    where: `${file}:${line}:${column}`,
    lines: fix === undefined ? [message] : [message, fix],
  }));
  return { state: 'failed', summary: { jobs: [], notes: [], failing } };
}

/** One at a time and in order; while one is being told, only the newest of those that come is kept. */
function sequence(tell: (summary: RunSummary) => Promise<void>) {
  let running: Promise<void> | undefined;
  let next: RunSummary | undefined;
  const work = async (): Promise<void> => {
    while (next !== undefined) {
      const summary = next;
      next = undefined;
      await tell(summary);
    }
    running = undefined;
  };
  return {
    push: (summary: RunSummary): void => {
      next = summary;
      // A summary that cannot be written is followed by another, and by the end of the run.
      running ??= work().catch(() => {
        running = undefined;
      });
    },
    settled: async (): Promise<void> => running,
  };
}

function planRequest(
  { capabilities, portalUrl }: WorkflowPipelineDependencies,
  request: PipelineRequest,
): PlanRequest {
  const { run, team, workflows, actions, before, changedPaths } = request;
  return {
    workflows: [...workflows].map(([path, text]) => ({ path, text })),
    actions: [...actions].map(([path, text]) => ({ path, text })),
    event: {
      repository: `${team}/${run.component}`,
      serverUrl: portalUrl,
      ref: `refs/heads/${run.branch}`,
      before: before ?? noCommit,
      after: run.commit,
      actor: run.actor,
      defaultBranch,
      headCommit: {
        message: run.subject,
        timestamp: run.createdAt.toISOString(),
        author: { name: run.author, email: '' },
      },
    },
    ...(changedPaths === undefined ? {} : { changedPaths }),
    run: { id: run.id, number: run.number, attempt: 1 },
    capabilities,
  };
}
