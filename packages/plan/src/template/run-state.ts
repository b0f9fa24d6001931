import { PltfError } from '@pltf/contracts';
import type { Sources } from './actions/action.ts';
import { evaluate } from './expressions.ts';
import type { FilterOptions } from './filters.ts';
import { isJsonObject, type JsonObject, type JsonValue } from './json.ts';
import { RenderMeter, type TemplateLimits, templateLimits } from './limits.ts';
import { seededRandom } from './seeded-random.ts';
import { templateSources } from './sources.ts';
import { createEngine, type TemplateEngine } from './template-engine.ts';
import type { LogLine, TemplateRun } from './template-run.ts';
import { Workspace } from './workspace.ts';

/** What steps of one run share. */
export interface RunState {
  readonly run: TemplateRun;
  readonly parameters: JsonObject;
  readonly workspace: Workspace;
  readonly sources: Sources;
  readonly meter: RenderMeter;
  readonly engine: TemplateEngine;
  readonly filters: FilterOptions;
  readonly outputs: Map<string, JsonObject>;
  readonly log: LogLine[];
}

export function startState(run: TemplateRun, parameters: JsonObject): RunState {
  const limits: TemplateLimits = { ...templateLimits, ...run.limits };
  const meter = new RenderMeter(limits, run.now);
  const filters: FilterOptions = {
    random: seededRandom(run.taskId),
    ...(run.hosts === undefined ? {} : { hosts: run.hosts }),
  };
  return {
    run,
    parameters,
    workspace: new Workspace(limits),
    sources: templateSources(run.files, run.folder, run.readUrl),
    meter,
    engine: createEngine({ meter, filters }),
    filters,
    outputs: new Map(),
    log: [],
  };
}

/** Which secrets an expression may see. */
export type SecretView = 'none' | 'real' | 'masked';

const mask = '***';

const masked = (secrets: Readonly<Record<string, string>>): JsonObject =>
  Object.fromEntries(Object.keys(secrets).map((name) => [name, mask]));

/** The names that expressions of a step can use. A dry run never shows a real secret. */
export function stepContext(state: RunState, view: SecretView, each?: JsonObject): JsonObject {
  const { run } = state;
  const hide = view === 'masked' || (view === 'real' && run.dryRun === true);
  const show = (secrets: Readonly<Record<string, string>> | undefined): JsonObject =>
    hide ? masked(secrets ?? {}) : { ...secrets };
  return {
    parameters: state.parameters,
    steps: Object.fromEntries([...state.outputs].map(([id, output]) => [id, { output }])),
    user: { ...run.user },
    context: { task: { id: run.taskId } },
    environment: {
      parameters: run.environment?.parameters ?? {},
      secrets: view === 'none' ? {} : show(run.environment?.secrets),
    },
    ...(view === 'none' ? {} : { secrets: show(run.secrets) }),
    ...(each === undefined ? {} : { each }),
  };
}

/** Evaluates a value of a step; expressions that do not work are told in the log. */
export function evaluateIn(
  state: RunState,
  step: string,
  value: JsonValue,
  context: JsonObject,
): JsonValue | undefined {
  const warn = (message: string): void => writeLog(state, step, 'warn', message);
  return evaluate(value, { engine: state.engine, meter: state.meter, context, warn });
}

export function evaluateObject(
  state: RunState,
  step: string,
  value: JsonObject,
  context: JsonObject,
): JsonObject {
  const result = evaluateIn(state, step, value, context);
  return isJsonObject(result) ? result : {};
}

const longestLine = 10_000;
const shortestSecret = 4;

/** Adds to the log, without secrets. */
export function writeLog(
  state: RunState,
  step: string,
  level: LogLine['level'],
  message: string,
): void {
  if (state.log.length >= state.meter.limits.logLines) return;
  state.log.push({
    step,
    level,
    message: withoutSecrets(state.run, message).slice(0, longestLine),
  });
}

function withoutSecrets(run: TemplateRun, message: string): string {
  const secrets = [
    ...Object.values(run.secrets ?? {}),
    ...Object.values(run.environment?.secrets ?? {}),
  ];
  return secrets
    .filter((secret) => secret.length >= shortestSecret)
    .reduce((text, secret) => text.replaceAll(secret, mask), message);
}

/** The same error, naming the step it happened in. */
export function inStep(
  step: { readonly id: string; readonly action: string },
  error: unknown,
): PltfError {
  const where = `step \`${step.id}\` (${step.action})`;
  if (!(error instanceof PltfError)) {
    const message = error instanceof Error ? error.message : String(error);
    return new PltfError('creation-failed', { detail: `${where}: ${message}`, cause: error });
  }
  return new PltfError(error.code, {
    detail: `${where}: ${error.detail}`,
    fix: error.fix,
    errors: error.errors,
    cause: error,
  });
}
