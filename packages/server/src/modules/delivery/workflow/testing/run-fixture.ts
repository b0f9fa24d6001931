import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { RunInputs } from '../machine-contexts.ts';
import { type PlanRequest, planRun } from '../planning.ts';
import { executeRun, type RunExecution, type RunExecutionOptions } from '../run-execution.ts';
import type { RunPlan } from '../run-plan.ts';
import type { RunState } from '../run-state.ts';
import { viewRun, type WorkflowRunView } from '../run-view.ts';
import { createGitFixture } from './git-fixture.ts';
import { createMemoryRunStore, type MemoryRunStore } from './memory-run-store.ts';
import { createProcessRunner, type ProcessStepRunner } from './process-step-runner.ts';

export const workflowPath = '.github/workflows/ci.yml';

/** A push to `main` of `team/app`. */
export const pushOf = (commit: string): PlanRequest['event'] => ({
  repository: 'team/app',
  serverUrl: 'http://localhost:7070',
  ref: 'refs/heads/main',
  before: '1'.repeat(40),
  after: commit,
  actor: 'ada',
  defaultBranch: 'main',
  headCommit: {
    message: 'Change a line',
    timestamp: '2026-11-21T10:00:00Z',
    author: { name: 'Ada', email: 'ada@example.com' },
  },
});

/** The plan of one workflow file for a push to `main`. */
export function planOf(workflow: string, change: Partial<PlanRequest> = {}): RunPlan {
  return planRun({
    workflows: [{ path: workflowPath, text: workflow }],
    event: pushOf('a'.repeat(40)),
    run: { id: 'run_1', number: 7, attempt: 1 },
    capabilities: { arch: 'X64', node: '20.20.1', python: '3.11.2', missingPrograms: ['docker'] },
    ...change,
  });
}

export interface RunFixture extends AsyncDisposable {
  readonly plan: RunPlan;
  readonly store: MemoryRunStore;
  readonly runner: ProcessStepRunner;
  /** A folder outside all workspaces, that scripts may write to: `$EFFECTS`. */
  readonly effects: string;
  start(options?: Partial<RunExecutionOptions>): RunExecution;
  /** Runs it to the end. */
  finish(): Promise<{ readonly state: RunState; readonly view: WorkflowRunView }>;
}

export interface RunFixtureOptions {
  readonly workflow: string;
  readonly files?: Readonly<Record<string, string>>;
  readonly inputs?: Partial<RunInputs>;
  readonly plan?: Partial<PlanRequest>;
}

/** A repository with a workflow, planned and ready to run with real processes. */
export function createRunFixture(options: RunFixtureOptions): RunFixture {
  const files = { 'README.md': 'hello\n', ...options.files, [workflowPath]: options.workflow };
  const git = createGitFixture(files);
  const base = mkdtempSync(join(tmpdir(), 'pltf-run-'));
  const effects = mkdtempSync(join(tmpdir(), 'pltf-effects-'));
  const actions = Object.entries(files).flatMap(([path, text]) =>
    /(?:^|\/)action\.ya?ml$/.test(path) ? [{ path, text }] : [],
  );
  const plan = planOf(options.workflow, { event: pushOf(git.commit), actions, ...options.plan });
  const runner = createProcessRunner({
    base,
    repositories: new Map([[git.repository, git.gitDirectory]]),
  });
  const store = createMemoryRunStore(plan.run.id, plan);
  const inputs: RunInputs = {
    secrets: {},
    ...options.inputs,
    vars: { EFFECTS: effects, ...options.inputs?.vars },
  };
  const start = (change: Partial<RunExecutionOptions> = {}) =>
    executeRun({ runId: plan.run.id, store, runner, inputs, ...change });
  return {
    plan,
    store,
    runner,
    effects,
    start,
    finish: async () => {
      const state = await start().done;
      return { state, view: viewRun(plan, state) };
    },
    [Symbol.asyncDispose]: async () => {
      await runner[Symbol.asyncDispose]();
      git[Symbol.dispose]();
      rmSync(effects, { recursive: true, force: true });
    },
  };
}
