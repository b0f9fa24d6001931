import { posix } from 'node:path';
import { ExpressionProblem } from './expression-functions.ts';
import { fileHashScript } from './file-hash-script.ts';
import { type LegInRun, type Machine, type StepScope, stepScope } from './machine-contexts.ts';
import type { RunPlan, StepAction, StepPlan } from './run-plan.ts';
import type { StepState } from './run-state.ts';
import { stepFiles } from './step-files.ts';
import type { StepTask } from './step-runner.ts';
import { chooseShell } from './step-shells.ts';

/** The id of a leg's workspace, and the beginning of the ids of its tasks. */
export const legId = ({ run }: RunPlan, legKey: string): string =>
  `${run.id}-${legKey}-a${run.attempt}`;

/** The id of a step's task: the same whenever and wherever it is computed. */
export const stepTaskId = (plan: RunPlan, legKey: string, index: number): string =>
  `${legId(plan, legKey)}-s${index}`;

export const workspaceIdOf = ({ plan }: Machine, { leg }: LegInRun): string => legId(plan, leg.key);

export const taskIdOf = ({ plan }: Machine, { leg }: LegInRun, index: number): string =>
  stepTaskId(plan, leg.key, index);

/** Linux refuses longer single variables. */
const longestVariable = 128 * 1024 - 1;
const noLimit = 24 * 3600_000;

/** The task of a `run` step, fully evaluated. Throws `ExpressionProblem`. */
export function scriptTask(machine: Machine, entry: LegInRun, index: number): StepTask {
  const step = entry.plan.steps[index] as StepPlan;
  const action = step.action as Extract<StepAction, { readonly kind: 'run' }>;
  const scope = stepScope(machine, entry, index);
  const choice = chooseShell(scope.text(action.shell));
  if (!('shell' in choice))
    throw new ExpressionProblem('problem' in choice ? choice.problem : choice.unavailable);
  const minutes = scope.number(step.timeoutMinutes);
  return {
    id: taskIdOf(machine, entry, index),
    workspaceId: workspaceIdOf(machine, entry),
    shell: choice.shell.argv,
    script: scope.text(action.script),
    extension: choice.shell.extension,
    env: taskEnv(entry, index, scope),
    workingDirectory: withinWorkspace(entry, scope.text(action.workingDirectory)),
    timeoutMs: timeLeft(entry, index, minutes),
    files: stepFiles,
  };
}

/** The task that hashes files for `hashFiles` in a step's expressions. */
export function hashTask(machine: Machine, entry: LegInRun, index: number): StepTask {
  const step = entry.leg.steps[index] as StepState;
  const path = entry.leg.workspace.places?.path ?? '';
  return {
    id: `${taskIdOf(machine, entry, index)}-h${Object.keys(step.hashes).length}`,
    workspaceId: workspaceIdOf(machine, entry),
    shell: ['node', '{0}'],
    script: fileHashScript,
    extension: 'cjs',
    env: { PATH: path, HASH_PATTERNS: step.hashing ?? '[]' },
    workingDirectory: '.',
    timeoutMs: timeLeft(entry, index, undefined),
    files: ['GITHUB_OUTPUT'],
  };
}

/** Milliseconds for a step: its own limit or what was left of the job's when it began, whichever is less. */
function timeLeft({ leg }: LegInRun, index: number, minutes: number | undefined): number {
  const { deadline } = leg;
  const startedAt = leg.steps[index]?.startedAt;
  const job = deadline === undefined || startedAt === undefined ? noLimit : deadline - startedAt;
  const own = minutes === undefined ? noLimit : minutes * 60_000;
  return Math.max(1, Math.round(Math.min(job, own, noLimit)));
}

/** A folder of the workspace, relative to it. Throws `ExpressionProblem` for any other. */
export function withinWorkspace({ leg }: LegInRun, folder: string): string {
  const root = leg.workspace.places?.root ?? '/';
  const relative = posix.relative(root, posix.resolve(root, folder === '' ? '.' : folder));
  if (relative === '..' || relative.startsWith('../')) {
    throw new ExpressionProblem(
      `The working directory '${folder.slice(0, 100)}' is outside the workspace`,
    );
  }
  return relative === '' ? '.' : relative;
}

/** All variables of a step's process. Nothing comes from the platform's own environment. */
function taskEnv(entry: LegInRun, index: number, scope: StepScope): Record<string, string> {
  const places = entry.leg.workspace.places;
  const base = scope.env['PATH'] ?? places?.path ?? '';
  const env: Record<string, string> = {
    CI: 'true',
    HOME: places?.home ?? '',
    LANG: 'C.UTF-8',
    ...scope.env,
    ...defaultVariables(entry, index, scope),
    PATH: [...entry.leg.path.toReversed(), base].filter((part) => part !== '').join(':'),
  };
  for (const [name, value] of Object.entries(env)) {
    const wrong = name === '' || /[=\0]/.test(name) || value.includes('\0');
    if (wrong) throw new ExpressionProblem(`The variable '${name.slice(0, 60)}' cannot be set`);
    if (name.length + value.length > longestVariable) {
      throw new ExpressionProblem(`The variable '${name.slice(0, 60)}' is longer than 128 KiB`);
    }
  }
  return env;
}

/** GitHub's variables, from the contexts of the same names. */
function defaultVariables(
  entry: LegInRun,
  index: number,
  scope: StepScope,
): Record<string, string> {
  const { contexts } = scope;
  const step = entry.plan.steps[index];
  const variables: Record<string, string> = {
    GITHUB_ACTIONS: 'true',
    GITHUB_ACTION: step?.id ?? `__run_${index}`,
  };
  for (const [name, value] of Object.entries(contexts['github'] ?? {})) {
    // The token is for those who ask for it.
    if (typeof value === 'string' && name !== 'token' && name !== 'repositoryUrl') {
      variables[`GITHUB_${name.toUpperCase()}`] = value;
    } else if (typeof value === 'boolean')
      variables[`GITHUB_${name.toUpperCase()}`] = String(value);
  }
  for (const [name, value] of Object.entries(contexts['runner'] ?? {})) {
    if (typeof value === 'string' && value !== '')
      variables[`RUNNER_${name.toUpperCase()}`] = value;
  }
  return variables;
}
