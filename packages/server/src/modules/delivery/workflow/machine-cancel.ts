import { ExpressionProblem } from './expression-functions.ts';
import { createScope } from './expression-scope.ts';
import {
  jobScope,
  type LegInRun,
  legContexts,
  legsOf,
  type Machine,
  stepScope,
} from './machine-contexts.ts';
import { endLeg } from './machine-jobs.ts';
import { finishStep, stepInRun } from './machine-step-endings.ts';

/** Ends a leg early. Steps that run always still run, within the time of grace; what runs now is told to stop. */
export function cancelLeg(machine: Machine, entry: LegInRun, reason: string): void {
  const { leg } = entry;
  if (leg.status === 'finished' || leg.cancelled) return;
  leg.notes.push(reason);
  leg.cancelled = true;
  if (leg.status === 'queued') return endLeg(machine, entry, 'cancelled');
  leg.deadline = Math.min(
    leg.deadline ?? Number.MAX_SAFE_INTEGER,
    machine.at + graceMs(machine, entry),
  );
  const current = stepInRun(entry, leg.cursor);
  if (
    current?.state.operation !== undefined &&
    !runsAlthoughCancelled(machine, entry, leg.cursor)
  ) {
    current.state.cancelling = true;
  }
}

function graceMs(machine: Machine, entry: LegInRun): number {
  try {
    const minutes = createScope({ contexts: legContexts(machine, entry) }).number(
      entry.plan.cancelTimeoutMinutes,
    );
    if (minutes !== undefined) return Math.round(minutes * 60_000);
  } catch (error) {
    if (!(error instanceof ExpressionProblem)) throw error;
  }
  return machine.plan.limits.cancelGraceMs;
}

/** Whether the condition of a step, and of the composite actions around it, holds now that the job is cancelled. */
function runsAlthoughCancelled(machine: Machine, entry: LegInRun, index: number): boolean {
  try {
    for (
      let next: number | undefined = index;
      next !== undefined;
      next = entry.plan.steps[next]?.frame
    ) {
      const step = entry.plan.steps[next];
      if (step === undefined || !stepScope(machine, entry, next).condition(step.if)) return false;
    }
    return true;
  } catch (error) {
    if (!(error instanceof ExpressionProblem)) throw error;
    return false;
  }
}

/** Cancels what a request asks for; a job whose condition holds for cancelled runs too goes on. */
export function cancelJobs(
  machine: Machine,
  reason: string,
  workflows: readonly number[] | undefined,
): void {
  for (const entry of legsOf(machine)) {
    if (workflows !== undefined && !workflows.includes(entry.plan.workflow)) continue;
    if (!jobRunsAlthoughCancelled(machine, entry)) cancelLeg(machine, entry, reason);
  }
}

function jobRunsAlthoughCancelled(machine: Machine, entry: LegInRun): boolean {
  try {
    return jobScope(machine, entry, true).condition(entry.plan.if);
  } catch (error) {
    if (!(error instanceof ExpressionProblem)) throw error;
    return false;
  }
}

/** Other legs end when one has failed, unless `fail-fast` is off. */
export function failFast(machine: Machine, entry: LegInRun): void {
  const { job, leg } = entry;
  if (leg.result !== 'failure' || leg.continueOnError || !job.failFast) return;
  for (const other of job.legs) {
    if (other !== leg) cancelLeg(machine, { ...entry, leg: other }, `${leg.name} has failed`);
  }
}

/** Ends what has had its time: first gently, then, after the time of grace, for good. */
export function checkDeadlines(machine: Machine): void {
  for (const entry of legsOf(machine)) {
    const { leg } = entry;
    if (leg.status !== 'running' || leg.deadline === undefined || machine.at < leg.deadline)
      continue;
    if (!leg.cancelled) timeOut(machine, entry);
    else force(machine, entry);
  }
}

export function timeOut(machine: Machine, entry: LegInRun): void {
  const { leg } = entry;
  if (leg.cancelled) return;
  const minutes = (machine.at - (leg.startedAt ?? machine.at)) / 60_000;
  leg.timedOut = true;
  delete leg.deadline;
  cancelLeg(machine, entry, `it took longer than ${Number(minutes.toFixed(2))} minutes`);
}

function force(machine: Machine, entry: LegInRun): void {
  const { leg } = entry;
  leg.forced = true;
  delete leg.deadline;
  const current = stepInRun(entry, leg.cursor);
  if (current?.state.operation === undefined) return;
  // The end of a task is waited for: its process must not outlive the job. Anything else is let go.
  const isTask = current.state.operation === 'run' || current.state.operation === 'hash';
  if (isTask) current.state.cancelling = true;
  else finishStep(machine, current, 'cancelled', 'the job had no time left');
}
