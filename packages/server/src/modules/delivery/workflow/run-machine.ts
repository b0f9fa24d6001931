import { cancelJobs, checkDeadlines, failFast } from './machine-cancel.ts';
import {
  type JobInRun,
  jobsOf,
  type LegInRun,
  legsOf,
  type Machine,
  type RunInputs,
} from './machine-contexts.ts';
import { finishJob, finishLeg, startJob, startLeg } from './machine-jobs.ts';
import { operationsOf } from './machine-operations.ts';
import { takeResult } from './machine-results.ts';
import { stepInRun } from './machine-step-endings.ts';
import { beginStep } from './machine-steps.ts';
import type { Operation, RunEvent } from './run-operations.ts';
import type { RunPlan } from './run-plan.ts';
import type { Outcome, RunState } from './run-state.ts';

/** The state of a run that has not begun. */
export function newRunState(plan: RunPlan): RunState {
  return {
    status: 'queued',
    cancels: [],
    jobs: plan.jobs.map(({ key, notes }) => ({
      key,
      status: 'waiting',
      unavailable: false,
      notes: [...notes],
      failFast: true,
      outputs: {},
      legs: [],
      annotations: [],
    })),
    masks: [],
    artifacts: [],
  };
}

export interface Transition {
  readonly state: RunState;
  /** Everything that is to be under way in this state, not only what is new. */
  readonly operations: readonly Operation[];
}

/**
 * Takes in one event. Pure: the state given is not changed, and the same plan, state, event and inputs
 * give the same answer. An event that the state does not wait for (a second end of a step) changes nothing.
 */
export function advance(
  plan: RunPlan,
  state: RunState,
  event: RunEvent,
  inputs: RunInputs,
): Transition {
  const machine: Machine = { plan, state: structuredClone(state), inputs, at: event.at };
  take(machine, event);
  if (machine.state.status === 'running') settle(machine);
  return { state: machine.state, operations: operationsOf(machine) };
}

/** What is to be under way in a state: where a run is taken up again after a restart. */
export function resume(plan: RunPlan, state: RunState, inputs: RunInputs): readonly Operation[] {
  return operationsOf({ plan, state, inputs, at: 0 });
}

/** When `time` is to be told next, in milliseconds since 1970. */
export function nextDeadline(state: RunState): number | undefined {
  const deadlines = state.jobs
    .flatMap(({ legs }) => legs)
    .flatMap(({ status, deadline }) =>
      status === 'running' && deadline !== undefined ? [deadline] : [],
    );
  return deadlines.length === 0 ? undefined : Math.min(...deadlines);
}

function take(machine: Machine, event: RunEvent): void {
  const { state } = machine;
  if (event.type === 'begin') {
    if (state.status !== 'queued') return;
    state.status = 'running';
    state.startedAt = event.at;
  } else if (event.type === 'cancel') takeCancel(machine, event);
  else if (event.type === 'time') checkDeadlines(machine);
  else if (event.type === 'workspace-removed') {
    for (const { leg } of legsOf(machine)) if (leg.key === event.leg) leg.workspace.removed = true;
  } else {
    const { job, leg, step } = event.step;
    const entry = [...legsOf(machine)].find(
      (found) => found.job.key === job && found.leg.key === leg,
    );
    const waiting =
      entry?.leg.status === 'running' && entry.leg.cursor === step
        ? stepInRun(entry, step)
        : undefined;
    if (waiting !== undefined) takeResult(machine, waiting, event.result);
  }
}

function takeCancel(machine: Machine, event: Extract<RunEvent, { readonly type: 'cancel' }>): void {
  const { state } = machine;
  if (state.status === 'finished') return;
  const { at, reason, supersededBy, workflows } = event;
  state.cancels.push({
    at,
    reason,
    ...(supersededBy === undefined ? {} : { supersededBy }),
    ...(workflows === undefined ? {} : { workflows: [...workflows] }),
  });
  cancelJobs(machine, reason, workflows);
  // A run that never began ends at once: nothing of it exists yet.
  if (state.status === 'queued' && workflows === undefined) {
    for (const { job } of jobsOf(machine))
      Object.assign(job, { status: 'finished', result: 'cancelled' });
    finishRun(machine);
  }
}

/** Goes on as far as the run can without an event from outside. */
function settle(machine: Machine): void {
  for (let changed = true; changed; ) {
    changed = false;
    for (const entry of jobsOf(machine)) changed = settleJob(machine, entry) || changed;
  }
  if (machine.state.jobs.every(({ status }) => status === 'finished')) finishRun(machine);
}

function settleJob(machine: Machine, entry: JobInRun): boolean {
  const { job, plan } = entry;
  if (job.status === 'finished') return false;
  if (job.status === 'waiting') {
    const needs = machine.state.jobs.filter(({ key }) => plan.needs.includes(key));
    if (needs.some(({ status }) => status !== 'finished')) return false;
    startJob(machine, entry);
    return true;
  }
  let changed = false;
  for (const leg of job.legs) changed = settleLeg(machine, { ...entry, leg }) || changed;
  if (job.legs.some(({ status }) => status !== 'finished')) return changed;
  finishJob(entry);
  return true;
}

/** Answers true when the leg ended: its place is free then. */
function settleLeg(machine: Machine, entry: LegInRun): boolean {
  const { leg } = entry;
  if (leg.status === 'finished') return false;
  if (leg.status === 'queued' && hasRoom(machine, entry)) startLeg(machine, entry);
  while (leg.status === 'running') {
    const current = stepInRun(entry, leg.cursor);
    if (current === undefined) finishLeg(machine, entry);
    else if (current.state.operation !== undefined) return false;
    else if (current.state.status === 'waiting') beginStep(machine, current);
    else leg.cursor += 1;
  }
  if (leg.status === 'queued') return false;
  failFast(machine, entry);
  return true;
}

/** Whether a queued leg may start: a place is free in the run, in its job and in its concurrency group. */
function hasRoom(machine: Machine, { job, leg }: LegInRun): boolean {
  const running = [...legsOf(machine)].filter((entry) => entry.leg.status === 'running');
  if (running.length >= machine.plan.limits.parallelJobs) return false;
  const own = running.filter((entry) => entry.job === job);
  if (job.maxParallel !== undefined && own.length >= job.maxParallel) return false;
  const group = leg.concurrency?.group.toLowerCase();
  return (
    group === undefined ||
    running.every((entry) => entry.leg.concurrency?.group.toLowerCase() !== group)
  );
}

function finishRun(machine: Machine): void {
  const { state } = machine;
  state.status = 'finished';
  state.finishedAt = machine.at;
  state.conclusion = conclusionOf(machine);
}

function conclusionOf({ plan, state }: Machine): Outcome {
  const results = state.jobs.map(({ result }) => result);
  const timedOut = state.jobs.some(({ legs }) => legs.some((leg) => leg.timedOut));
  if (plan.problems.length > 0 || timedOut || results.includes('failure')) return 'failure';
  if (results.includes('cancelled')) return 'cancelled';
  return results.includes('success') ? 'success' : 'skipped';
}
