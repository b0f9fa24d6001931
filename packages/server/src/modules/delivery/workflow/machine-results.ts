import { inputsInFlight } from './machine-actions.ts';
import { timeOut } from './machine-cancel.ts';
import type { Machine } from './machine-contexts.ts';
import { annotate, failStep, finishStep, type StepInRun } from './machine-step-endings.ts';
import type { OperationResult, StepFindings } from './run-operations.ts';
import type { LegState } from './run-state.ts';
import { isReservedVariable, readKeyValues, readPathLines } from './step-files.ts';
import type { TaskOutcome } from './step-runner.ts';
import { workflowLimits } from './workflow-limits.ts';

/** Takes in what came of the operation that a step waited for. */
export function takeResult(machine: Machine, entry: StepInRun, result: OperationResult): void {
  const { state, leg } = entry;
  if (result.kind !== state.operation) return;
  if ('problem' in result) return takeProblem(machine, entry, result.problem);
  if (result.kind === 'run') return takeTask(machine, entry, result.outcome, result.findings);
  if (result.kind === 'hash') return takeHash(machine, entry, result.outcome);
  if (result.kind === 'prepare' || result.kind === 'checkout') leg.workspace.places = result.places;
  if (state.cancelling) return finishStep(machine, entry, 'cancelled');
  if (result.kind === 'prepare') return again(entry);
  if (result.kind === 'checkout') {
    state.outputs = { ref: machine.plan.event.ref, commit: machine.plan.event.after };
  } else if (result.kind === 'cache-restore')
    return takeCache(machine, entry, result.hit, result.exact);
  else if (result.kind === 'artifact-upload') return takeUpload(machine, entry, result);
  else if (result.kind === 'artifact-download') {
    state.outputs = { 'download-path': leg.workspace.places?.root ?? '' };
    state.notes.push(`${result.files} files`);
  }
  finishStep(machine, entry, 'success');
}

/** The step begins anew, now that what it lacked is there. */
function again({ state }: StepInRun): void {
  delete state.operation;
  state.status = 'waiting';
}

function takeProblem(machine: Machine, entry: StepInRun, problem: string): void {
  const { state } = entry;
  // As on GitHub, a cache that cannot be had never fails a job.
  if (state.operation === 'cache-restore' || state.operation === 'cache-save') {
    return finishStep(machine, entry, 'success', `the cache could not be used: ${problem}`);
  }
  failStep(machine, entry, problem);
}

function takeHash(machine: Machine, entry: StepInRun, { files, exitCode }: TaskOutcome): void {
  const { state } = entry;
  if (state.cancelling) return finishStep(machine, entry, 'cancelled');
  if (exitCode !== 0) return failStep(machine, entry, 'hashFiles could not read the workspace');
  const read = readKeyValues('GITHUB_OUTPUT', files['GITHUB_OUTPUT'] ?? '');
  state.hashes[state.hashing ?? '[]'] = 'values' in read ? (read.values.get('hash') ?? '') : '';
  delete state.hashing;
  again(entry);
}

function takeCache(
  machine: Machine,
  entry: StepInRun,
  hit: string | undefined,
  exact: boolean,
): void {
  const { state } = entry;
  if (state.cache !== undefined) state.cache.hit = exact;
  state.outputs = {
    'cache-hit': hit === undefined ? '' : String(exact),
    'cache-primary-key': state.cache?.key ?? '',
    'cache-matched-key': hit ?? '',
  };
  const required = inputsInFlight(machine, entry)['fail-on-cache-miss'] === 'true';
  if (hit === undefined && required)
    return failStep(machine, entry, 'There is no cache of this key');
  finishStep(machine, entry, 'success', hit === undefined ? 'no cache yet' : `found ${hit}`);
}

function takeUpload(
  machine: Machine,
  entry: StepInRun,
  { name, files, bytes, digest }: { name: string; files: number; bytes: number; digest?: string },
): void {
  if (files === 0) {
    const wanted = inputsInFlight(machine, entry)['if-no-files-found'] ?? 'warn';
    const problem = 'No file fits the path of this artifact';
    if (wanted === 'error') return failStep(machine, entry, problem);
    return finishStep(machine, entry, 'success', wanted === 'ignore' ? undefined : problem);
  }
  const { artifacts } = machine.state;
  const old = artifacts.findIndex((artifact) => artifact.name === name);
  artifacts.splice(old < 0 ? artifacts.length : old, old < 0 ? 0 : 1, { name, files, bytes });
  entry.state.outputs = {
    'artifact-id': name,
    'artifact-url': '',
    ...(digest === undefined ? {} : { 'artifact-digest': digest }),
  };
  finishStep(machine, entry, 'success', `${files} files, ${bytes} bytes`);
}

function takeTask(
  machine: Machine,
  entry: StepInRun,
  outcome: TaskOutcome,
  findings: StepFindings,
): void {
  const { state, leg } = entry;
  annotate(state, findings.annotations);
  state.notes.push(...findings.notes);
  for (const mask of findings.masks) {
    const { masks } = machine.state;
    if (masks.length < workflowLimits.masks && !masks.includes(mask)) masks.push(mask);
  }
  const problem = takeFiles(entry, outcome.files);
  const outOfTime = outcome.timedOut && leg.deadline !== undefined && machine.at >= leg.deadline;
  if (outOfTime && !leg.cancelled) timeOut(machine, entry);
  if (state.cancelling || outOfTime) return finishStep(machine, entry, 'cancelled');
  if (outcome.exitCode === 0 && problem === undefined && !outcome.timedOut)
    return finishStep(machine, entry, 'success');
  if (findings.failing !== undefined) state.failing = findings.failing;
  if (problem !== undefined && outcome.exitCode === 0) return failStep(machine, entry, problem);
  finishStep(machine, entry, 'failure', endingOf(outcome));
}

function endingOf({
  exitCode,
  signal,
  timedOut,
  reason,
  startedAt,
  finishedAt,
}: TaskOutcome): string {
  if (timedOut)
    return `it was stopped after ${Math.round((finishedAt - startedAt) / 1000)} s, its time limit`;
  if (reason !== undefined) return `it was ended: ${reason.replaceAll('-', ' ')}`;
  return exitCode === undefined
    ? `it was ended by ${signal ?? 'a signal'}`
    : `exit code ${exitCode}`;
}

/** Outputs, variables, search path and summary that the step handed back. Answers what is wrong in them. */
function takeFiles({ state, leg }: StepInRun, files: TaskOutcome['files']): string | undefined {
  let problem: string | undefined;
  const outputs = readKeyValues('GITHUB_OUTPUT', files['GITHUB_OUTPUT'] ?? '');
  if ('problem' in outputs) problem = outputs.problem;
  else for (const [name, value] of outputs.values) state.outputs[name] = value;
  const variables = readKeyValues('GITHUB_ENV', files['GITHUB_ENV'] ?? '');
  if ('problem' in variables) problem ??= variables.problem;
  else {
    for (const [name, value] of variables.values) {
      if (isReservedVariable(name))
        state.notes.push(`the variable ${name.slice(0, 60)} cannot be set by a step`);
      else leg.env[name] = value;
    }
  }
  if (handedOn(leg) > workflowLimits.handedOnCharacters) {
    state.outputs = {};
    leg.env = {};
    problem = 'The outputs and variables of this job have more than 2 MiB';
  }
  leg.path.push(...readPathLines(files['GITHUB_PATH'] ?? '').slice(0, 50));
  const summary = files['GITHUB_STEP_SUMMARY'] ?? '';
  if (summary !== '') state.summary = summary.slice(0, workflowLimits.summaryCharacters);
  return problem;
}

const handedOn = (leg: LegState): number =>
  [leg.env, ...leg.steps.map(({ outputs }) => outputs)]
    .flatMap((texts) => Object.entries(texts))
    .reduce((sum, [name, value]) => sum + name.length + value.length, 0);
