import type { StatusAnswers } from './expression-functions.ts';
import { type Contexts, createScope, type ExpressionScope } from './expression-scope.ts';
import { ancestorsOf } from './needs-graph.ts';
import { githubContext } from './push-event.ts';
import type { JobPlan, RunPlan, StepPlan } from './run-plan.ts';
import type { JobState, LegState, RunState, StepState } from './run-state.ts';
import type { Json } from './template.ts';

/** Values that workflows may read and that are not part of plan or state. */
export interface RunInputs {
  readonly secrets: Readonly<Record<string, string>>;
  readonly vars: Readonly<Record<string, string>>;
  /** `github.token` and `secrets.GITHUB_TOKEN`, when the platform gives one. */
  readonly token?: string;
}

/** One transition under way: `state` is a draft that it may change. */
export interface Machine {
  readonly plan: RunPlan;
  readonly state: RunState;
  readonly inputs: RunInputs;
  readonly at: number;
}

/** A job's plan and state. */
export interface JobInRun {
  readonly plan: JobPlan;
  readonly job: JobState;
}

/** One leg of a job. */
export interface LegInRun extends JobInRun {
  readonly leg: LegState;
}

export function* jobsOf({ plan, state }: Pick<Machine, 'plan' | 'state'>): Generator<JobInRun> {
  for (const [index, job] of state.jobs.entries()) {
    const jobPlan = plan.jobs[index];
    if (jobPlan !== undefined) yield { plan: jobPlan, job };
  }
}

export function* legsOf(machine: Pick<Machine, 'plan' | 'state'>): Generator<LegInRun> {
  for (const entry of jobsOf(machine)) for (const leg of entry.job.legs) yield { ...entry, leg };
}

/** Whether the run, or the workflow of this job, was told to stop. */
export const isCancelled = ({ state }: Machine, { workflow }: JobPlan): boolean =>
  state.cancels.some(({ workflows }) => workflows === undefined || workflows.includes(workflow));

const workflowOf = ({ plan }: Machine, job: JobPlan) =>
  plan.workflows[job.workflow] ?? { path: '', name: '' };

function secretsContext({ inputs }: Machine): Json {
  return inputs.token === undefined
    ? { ...inputs.secrets }
    : { ...inputs.secrets, GITHUB_TOKEN: inputs.token };
}

function githubOf(machine: Machine, job: JobPlan): Readonly<Record<string, Json>> {
  const { plan, inputs } = machine;
  return {
    ...githubContext(plan.event, plan.run, workflowOf(machine, job)),
    token: inputs.token ?? '',
  };
}

function needsContext({ state }: Machine, job: JobPlan, plan: RunPlan): Json {
  const needs: Record<string, Json> = {};
  for (const [index, other] of state.jobs.entries()) {
    const id = plan.jobs[index]?.id;
    if (id === undefined || !job.needs.includes(other.key)) continue;
    needs[id] = { result: other.result ?? '', outputs: other.outputs };
  }
  return needs;
}

/** What a job's `if` and `strategy` may read. */
export function jobScope(
  machine: Machine,
  { plan }: JobInRun,
  cancelled?: boolean,
): ExpressionScope {
  const needs = new Map(machine.plan.jobs.map((job) => [job.key, job.needs]));
  const ancestors = ancestorsOf(needs, plan.key);
  const results = machine.state.jobs
    .filter((job) => ancestors.has(job.key))
    .map((job) => job.result);
  const stopped = cancelled ?? isCancelled(machine, plan);
  return createScope({
    contexts: {
      github: githubOf(machine, plan),
      needs: needsContext(machine, plan, machine.plan),
      vars: { ...machine.inputs.vars },
      inputs: {},
    },
    status: {
      // As on GitHub, a skipped job stops everything behind it, however far.
      success: !stopped && results.every((result) => result === 'success'),
      failure: !stopped && results.includes('failure'),
      cancelled: stopped,
    },
  });
}

/** What is the same for all steps of a leg. */
export function legContexts(machine: Machine, { plan, job, leg }: LegInRun): Contexts {
  const places = leg.workspace.places;
  return {
    github: { ...githubOf(machine, plan), job: plan.id, workspace: places?.root ?? '' },
    needs: needsContext(machine, plan, machine.plan),
    vars: { ...machine.inputs.vars },
    secrets: secretsContext(machine),
    inputs: {},
    matrix: leg.matrix ?? null,
    strategy: {
      'fail-fast': job.failFast,
      'job-index': job.legs.indexOf(leg),
      'job-total': job.legs.length,
      'max-parallel': job.maxParallel ?? job.legs.length,
    },
    runner: {
      name: 'pltf',
      os: 'Linux',
      arch: machine.plan.capabilities.arch,
      environment: 'self-hosted',
      temp: places?.temporary ?? '',
      tool_cache: places === undefined ? '' : `${places.temporary}/tools`,
      debug: '',
    },
    job: { status: leg.cancelled ? 'cancelled' : leg.failed ? 'failure' : 'success', services: {} },
  };
}

/** The variables of workflow and job, then those that steps have set. */
function jobEnv(machine: Machine, entry: LegInRun, set: Readonly<Record<string, string>>) {
  const contexts = legContexts(machine, entry);
  const { github, secrets, inputs, vars } = contexts;
  const workflow = createScope({ contexts: { github, secrets, inputs, vars } });
  const job = createScope({ contexts });
  return {
    ...workflow.texts(machine.plan.workflows[entry.plan.workflow]?.env),
    ...job.texts(entry.plan.env),
    ...set,
  };
}

/** The finished steps with ids of one level: of the job itself, or of one composite action. */
function stepsContext({ plan, leg }: LegInRun, frame: number | undefined): Json {
  const steps: Record<string, Json> = {};
  for (const [index, { id, frame: own }] of plan.steps.entries()) {
    const step = leg.steps[index];
    if (id === undefined || own !== frame || step?.status !== 'finished') continue;
    steps[id] = {
      outputs: step.outputs,
      outcome: step.outcome ?? 'skipped',
      conclusion: step.conclusion ?? 'skipped',
    };
  }
  return steps;
}

/** What status functions answer for a step: about the job, or inside a composite action about that. */
export function stepStatus({ plan, leg }: LegInRun, frame: number | undefined): StatusAnswers {
  const failed =
    frame === undefined
      ? leg.failed
      : plan.steps.some(
          (step, index) => step.frame === frame && leg.steps[index]?.conclusion === 'failure',
        );
  const { cancelled } = leg;
  return { success: !failed && !cancelled, failure: failed && !cancelled, cancelled };
}

/** Everything a step's expressions read; `env` holds its own variables too. */
export interface StepScope extends ExpressionScope {
  readonly env: Readonly<Record<string, string>>;
  readonly contexts: Contexts;
}

/**
 * The scope of a step. `set` are the variables that earlier steps have set; they differ from the leg's
 * only when the inputs of a composite action are asked for after it has begun. Throws `ExpressionProblem`.
 */
export function stepScope(
  machine: Machine,
  entry: LegInRun,
  index: number,
  set: Readonly<Record<string, string>> = entry.leg.env,
): StepScope {
  const step = entry.plan.steps[index] as StepPlan;
  const state = entry.leg.steps[index] as StepState;
  const outer = frameOf(machine, entry, step.frame, set);
  const status = stepStatus(entry, step.frame);
  const hashes = (patterns: readonly string[]) => state.hashes[JSON.stringify(patterns)];
  const before = { ...outer.contexts, steps: stepsContext(entry, step.frame) };
  const own = createScope({ contexts: { ...before, env: outer.env }, status, hashes }).texts(
    step.env,
  );
  const env = { ...outer.env, ...own };
  const contexts = { ...before, env };
  return { ...createScope({ contexts, status, hashes }), env, contexts };
}

/** What surrounds a step: the job, or the composite action that it belongs to. */
function frameOf(
  machine: Machine,
  entry: LegInRun,
  frame: number | undefined,
  set: Readonly<Record<string, string>>,
): { readonly contexts: Contexts; readonly env: Readonly<Record<string, string>> } {
  const action = frame === undefined ? undefined : entry.plan.steps[frame]?.action;
  if (frame === undefined || action?.kind !== 'composite-begin') {
    return { contexts: legContexts(machine, entry), env: jobEnv(machine, entry, set) };
  }
  const asBegun = stepScope(machine, entry, frame, entry.leg.steps[frame]?.envBefore ?? set);
  const { env } = stepScope(machine, entry, frame, set);
  const inputs = Object.fromEntries(
    action.inputs.map(({ name, default: standard }) => [
      name,
      asBegun.text(action.with[name.toLowerCase()] ?? standard),
    ]),
  );
  const { secrets: _hidden, ...contexts } = asBegun.contexts;
  const github = contexts['github'] as Readonly<Record<string, Json>>;
  const root = entry.leg.workspace.places?.root ?? '';
  return {
    contexts: { ...contexts, github: { ...github, action_path: `${root}/${action.path}` }, inputs },
    env,
  };
}
