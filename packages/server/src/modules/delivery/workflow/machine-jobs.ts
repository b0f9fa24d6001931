import { concurrencyFrom } from './concurrency.ts';
import { ExpressionProblem } from './expression-functions.ts';
import {
  createScope,
  type ExpressionScope,
  isMapping,
  jsonBoolean,
  jsonText,
} from './expression-scope.ts';
import {
  isCancelled,
  type JobInRun,
  jobScope,
  type LegInRun,
  legContexts,
  type Machine,
} from './machine-contexts.ts';
import { expandMatrix, legLabel, type MatrixLeg } from './matrix.ts';
import type { StepPlan, Unavailable } from './run-plan.ts';
import type { LegState, Outcome, StepState } from './run-state.ts';
import { evaluatedRunnerRefusal } from './runner-labels.ts';
import type { Template } from './template.ts';
import { workflowLimits } from './workflow-limits.ts';

/** Decides a job whose needs are done: it is skipped, or its legs are queued. */
export function startJob(machine: Machine, entry: JobInRun): void {
  const { plan, job } = entry;
  try {
    const scope = jobScope(machine, entry);
    if (!scope.condition(plan.if)) return skipJob(machine, entry);
    if (plan.unavailable !== undefined) return refuseJob(entry, plan.unavailable);
    const strategy = scope.value(plan.strategy);
    const setting = (name: string) => (isMapping(strategy) ? (strategy[name] ?? null) : null);
    const matrix = setting('matrix');
    const legs = matrix === null ? [undefined] : expandMatrix(matrix);
    if (legs.length * plan.steps.length > workflowLimits.stepsInJobRun) {
      throw new ExpressionProblem(
        `The matrix makes more than ${workflowLimits.stepsInJobRun} steps`,
      );
    }
    job.failFast = setting('fail-fast') === null || jsonBoolean(setting('fail-fast'));
    const parallel = Number(jsonText(setting('max-parallel')));
    if (parallel >= 1) job.maxParallel = Math.floor(parallel);
    job.status = 'started';
    job.legs = legs.map((leg, index) => newLeg(entry, leg, index));
    for (const leg of job.legs) describeLeg(machine, { ...entry, leg });
  } catch (error) {
    if (!(error instanceof ExpressionProblem)) throw error;
    job.legs = [];
    job.annotations.push(placed(machine, entry, error.message));
    endJob(entry, 'failure');
  }
}

function endJob({ job }: JobInRun, result: Outcome): void {
  job.status = 'finished';
  job.result = result;
}

function skipJob(machine: Machine, entry: JobInRun): void {
  const { plan, job } = entry;
  if (isCancelled(machine, plan)) {
    job.notes.push(machine.state.cancels[0]?.reason ?? 'the run was cancelled');
    return endJob(entry, 'cancelled');
  }
  const blocking = machine.plan.jobs.flatMap((other, index) => {
    const state = machine.state.jobs[index];
    if (!plan.needs.includes(other.key) || state?.result === 'success') return [];
    return [
      `it needs ${other.id}, which ${state?.unavailable === true ? 'cannot run here' : 'did not pass'}`,
    ];
  });
  job.notes.push(...(blocking.length === 0 ? ['its condition does not hold'] : blocking));
  endJob(entry, 'skipped');
}

function refuseJob(entry: JobInRun, { reason, where }: Unavailable): void {
  entry.job.unavailable = true;
  entry.job.notes.push(`cannot run here: ${reason}; it runs ${where}`);
  endJob(entry, 'skipped');
}

const placed = (machine: Machine, { plan }: JobInRun, message: string) => ({
  level: 'error' as const,
  message,
  file: machine.plan.workflows[plan.workflow]?.path ?? '',
  line: plan.place.line,
  column: plan.place.column,
});

function newLeg({ plan }: JobInRun, matrix: MatrixLeg | undefined, index: number): LegState {
  return {
    key: matrix === undefined ? plan.key : `${plan.key}.${index}`,
    name: plan.id,
    ...(matrix === undefined ? {} : { matrix: { ...matrix } }),
    status: 'queued',
    unavailable: false,
    notes: [],
    continueOnError: false,
    cancelled: false,
    timedOut: false,
    forced: false,
    failed: false,
    workspace: { removed: true },
    env: {},
    path: [],
    cursor: 0,
    steps: plan.steps.map(newStep),
    outputs: {},
    annotations: [],
  };
}

const newStep = ({ name, notes }: StepPlan): StepState => ({
  status: 'waiting',
  name: plainName(name),
  cancelling: false,
  unavailable: false,
  notes: [...notes],
  outputs: {},
  hashes: {},
  annotations: [],
});

/** A name before its expressions have values. */
export function plainName(name: Template): string {
  if (typeof name !== 'object' || name === null) return String(name ?? '').slice(0, 300);
  if ('expression' in name) return `\${{ ${name.expression} }}`.slice(0, 300);
  if (!('parts' in name)) return '';
  return name.parts
    .map((part) => (typeof part === 'string' ? part : plainName(part)))
    .join('')
    .slice(0, 300);
}

/** Gives a leg its name and what decides about it before its steps. What is wrong there fails it. */
function describeLeg(machine: Machine, entry: LegInRun): void {
  const { plan, leg } = entry;
  try {
    const scope = legScope(machine, entry);
    const own = scope.text(plan.name).slice(0, 200) || plan.id;
    const literal = typeof plan.name !== 'object';
    leg.name = literal && leg.matrix !== undefined ? `${own} (${legLabel(leg.matrix)})` : own;
    leg.continueOnError = scope.boolean(plan.continueOnError);
    const concurrency = concurrencyFrom(scope, plan.concurrency);
    if (concurrency !== undefined) leg.concurrency = concurrency;
    const refusal = evaluatedRunnerRefusal(scope.value(plan.runsOn));
    if (refusal === undefined) return;
    leg.unavailable = true;
    leg.notes.push(`cannot run here: ${refusal.reason}; it runs ${refusal.where}`);
    endLeg(machine, entry, 'skipped');
  } catch (error) {
    if (!(error instanceof ExpressionProblem)) throw error;
    leg.annotations.push(placed(machine, entry, error.message));
    endLeg(machine, entry, 'failure');
  }
}

const legScope = (machine: Machine, entry: LegInRun): ExpressionScope =>
  createScope({ contexts: legContexts(machine, entry) });

/** Starts a queued leg: from now on its time counts. */
export function startLeg(machine: Machine, entry: LegInRun): void {
  const { plan, leg } = entry;
  leg.startedAt = machine.at;
  try {
    const minutes =
      legScope(machine, entry).number(plan.timeoutMinutes) ?? machine.plan.limits.jobMinutes;
    leg.deadline = machine.at + Math.max(0, Math.round(minutes * 60_000));
    leg.status = 'running';
  } catch (error) {
    if (!(error instanceof ExpressionProblem)) throw error;
    leg.annotations.push(placed(machine, entry, error.message));
    endLeg(machine, entry, 'failure');
  }
}

export function endLeg(machine: Machine, { leg }: LegInRun, result: Outcome): void {
  leg.status = 'finished';
  leg.result = result;
  leg.finishedAt = machine.at;
  delete leg.deadline;
}

/** Ends a leg whose steps are all done, and hands on the job's outputs. */
export function finishLeg(machine: Machine, entry: LegInRun): void {
  const { plan, leg } = entry;
  try {
    const contexts = legContexts(machine, entry);
    const steps = Object.fromEntries(
      plan.steps.flatMap(({ id, frame }, index) => {
        const state = leg.steps[index];
        if (id === undefined || frame !== undefined || state === undefined) return [];
        const { outputs, outcome = 'skipped', conclusion = 'skipped' } = state;
        return [[id, { outputs, outcome, conclusion }]];
      }),
    );
    leg.outputs = withoutSecrets(
      machine,
      leg,
      createScope({ contexts: { ...contexts, env: leg.env, steps } }).texts(plan.outputs),
    );
  } catch (error) {
    if (!(error instanceof ExpressionProblem)) throw error;
    leg.annotations.push(placed(machine, entry, `outputs: ${error.message}`));
    leg.failed = true;
  }
  endLeg(machine, entry, leg.cancelled ? 'cancelled' : leg.failed ? 'failure' : 'success');
}

/** As on GitHub, an output that holds a secret does not leave the job. */
function withoutSecrets(
  machine: Machine,
  leg: LegState,
  outputs: Record<string, string>,
): Record<string, string> {
  const secrets = [...Object.values(machine.inputs.secrets), ...machine.state.masks].filter(
    (value) => value.trim().length > 2,
  );
  const kept = Object.entries(outputs).filter(([name, value]) => {
    if (!secrets.some((secret) => value.includes(secret))) return true;
    leg.notes.push(`the output ${name} is not handed on, because it may hold a secret`);
    return false;
  });
  return Object.fromEntries(kept);
}

/** Ends a job whose legs are all done. A failure that the leg itself forgives counts as success for others. */
export function finishJob({ job }: JobInRun): void {
  const results = job.legs.map(({ result, continueOnError }) =>
    result === 'failure' && continueOnError ? 'success' : (result ?? 'success'),
  );
  job.unavailable = job.legs.every(({ unavailable }) => unavailable);
  const order: readonly Outcome[] = ['failure', 'cancelled', 'success'];
  job.result = order.find((result) => results.includes(result)) ?? 'skipped';
  const finished = job.legs.toSorted((a, b) => (a.finishedAt ?? 0) - (b.finishedAt ?? 0));
  for (const leg of finished) {
    for (const [name, value] of Object.entries(leg.outputs))
      if (value !== '') job.outputs[name] = value;
  }
  job.status = 'finished';
}
