import { ExpressionProblem } from './expression-functions.ts';
import type { ExpressionScope } from './expression-scope.ts';
import { filterPattern } from './filter-pattern.ts';
import { type Machine, stepScope } from './machine-contexts.ts';
import { finishStep, type StepInRun, startOperation } from './machine-step-endings.ts';
import { withinWorkspace, workspaceIdOf } from './machine-tasks.ts';
import { refNameOf } from './push-event.ts';
import type { StepAction } from './run-plan.ts';
import { versionNote } from './step-actions.ts';
import type { ArtifactRequest, CacheRequest, WorkspaceRequest } from './step-runner.ts';

type Inputs = Readonly<Record<string, string>>;

/** The evaluated inputs of an action. Throws `ExpressionProblem`. */
function inputsOf(scope: ExpressionScope, action: StepAction): Inputs {
  if (!('with' in action)) return {};
  return Object.fromEntries(
    Object.entries(action.with).map(([name, value]) => [name, scope.text(value).trim()]),
  );
}

const linesOf = (text: string | undefined): string[] =>
  (text ?? '')
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');

/** Begins a step that the platform itself does. Throws `ExpressionProblem` for inputs that make no sense. */
export function startAction(machine: Machine, entry: StepInRun, scope: ExpressionScope): void {
  const { action } = entry.step;
  const inputs = inputsOf(scope, action);
  if (action.kind === 'setup') return setUp(machine, entry, action.tool, inputs);
  if (action.kind === 'checkout') {
    checkoutRequest(machine, entry, inputs);
    return startOperation(entry, 'checkout');
  }
  if (action.kind === 'artifact') {
    if (action.mode === 'upload') uploadRequest(machine, entry, inputs);
    else downloadRequests(machine, entry, inputs);
    return startOperation(
      entry,
      action.mode === 'upload' ? 'artifact-upload' : 'artifact-download',
    );
  }
  if (action.kind !== 'cache') return;
  if (action.of !== undefined) return saveAfterJob(machine, entry, action.of);
  const request = cacheRequest(machine, entry, inputs);
  entry.state.cache = { key: request.key, paths: [...request.paths], hit: false };
  startOperation(entry, action.mode === 'save' ? 'cache-save' : 'cache-restore');
}

function setUp(machine: Machine, entry: StepInRun, tool: 'node' | 'python', inputs: Inputs): void {
  const version = machine.plan.capabilities[tool] ?? '';
  const asked = inputs[`${tool}-version`];
  const name = tool === 'node' ? 'Node.js' : 'Python';
  for (const note of asked === undefined || asked === '' ? [] : versionNote(name, asked, version)) {
    if (!entry.state.notes.includes(note)) entry.state.notes.push(note);
  }
  entry.state.outputs =
    tool === 'node'
      ? { 'node-version': `v${version}`, 'cache-hit': 'false' }
      : { 'python-version': version, 'python-path': 'python3', 'cache-hit': 'false' };
  finishStep(machine, entry, 'success');
}

/** What the machine hands out for the operation of a step. Each throws `ExpressionProblem`. */
export function checkoutRequest(
  machine: Machine,
  entry: StepInRun,
  inputs: Inputs,
): WorkspaceRequest {
  const { event } = machine.plan;
  const repository = inputs['repository'] || event.repository;
  if (repository.toLowerCase() !== event.repository.toLowerCase()) {
    throw new ExpressionProblem(
      `Only this repository can be checked out here, not ${repository.slice(0, 100)}`,
    );
  }
  const depth = Number(inputs['fetch-depth'] || '1');
  if (!Number.isSafeInteger(depth) || depth < 0)
    throw new ExpressionProblem('fetch-depth is no number of commits');
  const ref = inputs['ref'] || event.ref;
  const pushed = [event.ref, event.after, refNameOf(event.ref)].includes(ref);
  if (!pushed && !/^(?!-)[\w./+@#=-]{1,255}$/.test(ref))
    throw new ExpressionProblem('ref names no branch, tag or commit');
  const commit = pushed ? { ref: event.ref, commit: event.after } : { ref };
  const path = withinWorkspace(entry, inputs['path'] ?? '');
  return {
    id: workspaceIdOf(machine, entry),
    step: `${workspaceIdOf(machine, entry)}-s${entry.index}`,
    source: { repository: event.repository, ...commit, depth, path },
  };
}

export function cacheRequest(machine: Machine, entry: StepInRun, inputs: Inputs): CacheRequest {
  const key = inputs['key'] ?? '';
  if (key === '' || key.length > 512 || key.includes(',')) {
    throw new ExpressionProblem('key is empty, longer than 512 characters or has a comma');
  }
  const paths = linesOf(inputs['path']).slice(0, 50);
  if (paths.length === 0) throw new ExpressionProblem('path is empty');
  return {
    workspaceId: workspaceIdOf(machine, entry),
    key,
    restoreKeys: linesOf(inputs['restore-keys']).slice(0, 10),
    paths,
    scope: machine.plan.event.repository,
  };
}

/** What the step that restored a cache asked for, to be saved now that the job has passed. */
export function cacheSaveRequest(
  machine: Machine,
  entry: StepInRun,
  of: number,
): CacheRequest | undefined {
  const cache = entry.leg.steps[of]?.cache;
  if (cache === undefined) return undefined;
  return {
    workspaceId: workspaceIdOf(machine, entry),
    key: cache.key,
    restoreKeys: [],
    paths: cache.paths,
    scope: machine.plan.event.repository,
  };
}

function saveAfterJob(machine: Machine, entry: StepInRun, of: number): void {
  const cache = entry.leg.steps[of]?.cache;
  if (cache === undefined) return finishStep(machine, entry, 'skipped', 'nothing was restored');
  if (cache.hit) return finishStep(machine, entry, 'skipped', 'the cache is there already');
  startOperation(entry, 'cache-save');
}

const artifactName = /^[^/\\:*?"<>|\r\n]{1,150}$/;

function artifactRequest(
  machine: Machine,
  entry: StepInRun,
  name: string,
  paths: readonly string[],
): ArtifactRequest {
  if (!artifactName.test(name))
    throw new ExpressionProblem(`'${name.slice(0, 60)}' is no name for an artifact`);
  return { workspaceId: workspaceIdOf(machine, entry), run: machine.plan.run.id, name, paths };
}

export function uploadRequest(machine: Machine, entry: StepInRun, inputs: Inputs): ArtifactRequest {
  const name = inputs['name'] || 'artifact';
  const paths = linesOf(inputs['path']).slice(0, 50);
  if (paths.length === 0) throw new ExpressionProblem('path is empty');
  const overwrite = inputs['overwrite'] === 'true';
  if (!overwrite && machine.state.artifacts.some((artifact) => artifact.name === name)) {
    throw new ExpressionProblem(
      `This run has an artifact '${name}' already; set overwrite: true to replace it`,
    );
  }
  return artifactRequest(machine, entry, name, paths);
}

/** The one artifact that is named, or all that fit a pattern, each in a folder of its own unless merged. */
export function downloadRequests(
  machine: Machine,
  entry: StepInRun,
  inputs: Inputs,
): ArtifactRequest[] {
  const folder = withinWorkspace(entry, inputs['path'] ?? '');
  const names = machine.state.artifacts.map((artifact) => artifact.name);
  const { name, pattern } = inputs;
  if (name !== undefined && name !== '') {
    if (!names.includes(name))
      throw new ExpressionProblem(`This run has no artifact '${name.slice(0, 60)}'`);
    return [artifactRequest(machine, entry, name, [folder])];
  }
  const fits = filterPattern(pattern === undefined || pattern === '' ? '*' : pattern);
  const merged = inputs['merge-multiple'] === 'true';
  return names
    .filter(fits)
    .map((each) => artifactRequest(machine, entry, each, [merged ? folder : `${folder}/${each}`]));
}

/** The inputs of a step whose operation is under way, evaluated as they were when it began. */
export function inputsInFlight(machine: Machine, entry: StepInRun): Inputs {
  return inputsOf(stepScope(machine, entry, entry.index), entry.step.action);
}
