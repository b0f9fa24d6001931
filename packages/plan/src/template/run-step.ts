import { PltfError } from '@pltf/contracts';
import { nearest } from '../nearest.ts';
import type { SideEffect, WorkspaceAction } from './actions/action.ts';
import { fetchActions } from './actions/fetch-actions.ts';
import { workspaceActions } from './actions/workspace-actions.ts';
import type { NamedStep, TemplateDocument } from './document.ts';
import { isJsonObject, isTruthy, type JsonObject, type JsonValue } from './json.ts';
import { evaluateIn, evaluateObject, type RunState, stepContext, writeLog } from './run-state.ts';
import { exampleOf, violations } from './schema-validation.ts';
import { carryOut } from './side-effects.ts';
import type { StepResult } from './template-run.ts';

/** The actions that every run can do by itself. */
export const builtinActions: Readonly<Record<string, WorkspaceAction>> = {
  ...fetchActions,
  ...workspaceActions,
};

/** One turn of a step; without `each` there is one, with no `each`. */
interface Turn {
  readonly each?: { readonly key: string; readonly value: JsonValue };
  readonly runs: boolean;
  readonly input: JsonObject;
  readonly shown: JsonObject;
}

/** Carries out one step and remembers its outputs for those that follow. */
export async function runStep(state: RunState, step: NamedStep): Promise<StepResult> {
  const { id, name, action } = step;
  if (isSwitchedOff(state, step)) {
    return {
      id,
      name,
      action,
      state: 'skipped',
      inputs: [],
      output: {},
      reason: 'its `if` is false',
    };
  }
  const builtin = Object.hasOwn(builtinActions, action) ? builtinActions[action] : undefined;
  const sideEffect = builtin ?? own(state.run.actions, action);
  if (sideEffect === undefined) throw unknownAction(state, action);
  if (
    state.run.dryRun === true &&
    builtin === undefined &&
    !(sideEffect as SideEffect).supportsDryRun
  ) {
    return skipInDryRun(state, step, sideEffect as SideEffect);
  }
  const turns = turnsOf(state, step);
  checkInputs(turns, sideEffect.inputSchema, action);
  const outputs = new Outputs(step.each !== undefined);
  for (const turn of turns) {
    if (!turn.runs) {
      writeLog(state, id, 'info', `Skipped for ${turn.each?.key ?? ''}: its \`if\` is false.`);
    } else if (builtin === undefined) {
      outputs.addAll(await carryOut(state, step, action, sideEffect as SideEffect, turn));
    } else {
      await runBuiltin(state, step, builtin, turn, outputs);
    }
  }
  state.outputs.set(id, outputs.values);
  const inputs = turns.filter(({ runs }) => runs).map(({ shown }) => shown);
  return { id, name, action, state: 'done', inputs, output: outputs.values };
}

const own = <T>(record: Readonly<Record<string, T>> | undefined, key: string): T | undefined =>
  record !== undefined && Object.hasOwn(record, key) ? record[key] : undefined;

function unknownAction({ run }: RunState, action: string): PltfError {
  const supported = [...Object.keys(builtinActions), ...Object.keys(run.actions ?? {})].sort();
  const meant = nearest(action, supported);
  return new PltfError('template-invalid', {
    detail: `the action \`${action}\` is not supported${meant === undefined ? '' : `; did the author mean \`${meant}\`?`}`,
    fix: `Supported actions: ${supported.join(', ')}.`,
  });
}

/** `if` before the step; with `each` it is asked for every turn instead. */
function isSwitchedOff(state: RunState, step: NamedStep): boolean {
  if (step.if === false) return true;
  if (typeof step.if !== 'string' || step.each !== undefined) return false;
  return !isTruthy(evaluateIn(state, step.id, step.if, stepContext(state, 'none')));
}

function skipInDryRun(state: RunState, step: NamedStep, sideEffect: SideEffect): StepResult {
  const { id, name, action } = step;
  const shown = evaluateObject(state, id, step.input ?? {}, stepContext(state, 'masked'));
  const example = sideEffect.outputSchema === undefined ? {} : exampleOf(sideEffect.outputSchema);
  const output = isJsonObject(example) ? example : {};
  state.outputs.set(id, output);
  const reason = 'it changes the world, and this is a dry run';
  return { id, name, action, state: 'skipped', inputs: [shown], output, reason };
}

const mostTurns = 1_000;

function turnsOf(state: RunState, step: NamedStep): readonly Turn[] {
  if (step.each === undefined) return [turnOf(state, step)];
  const items = evaluateIn(state, step.id, step.each, stepContext(state, 'real'));
  if (typeof items !== 'object' || items === null) {
    throw new PltfError('template-invalid', {
      detail: `\`each\` must give a list or an object; ${JSON.stringify(step.each)} gave ${items === undefined ? 'nothing' : JSON.stringify(items)}`,
    });
  }
  const entries = Object.entries(items);
  if (entries.length > mostTurns) {
    throw new PltfError('template-invalid', {
      detail: `\`each\` gave ${entries.length} items; at most ${mostTurns}`,
    });
  }
  return entries.map(([key, value]) => turnOf(state, step, { key, value }));
}

function turnOf(
  state: RunState,
  step: NamedStep,
  each?: { readonly key: string; readonly value: JsonValue },
): Turn {
  const context = stepContext(state, 'real', each);
  const asks = each !== undefined && step.if !== undefined && step.if !== '';
  const runs = !asks || isTruthy(evaluateIn(state, step.id, step.if ?? null, context));
  const input = evaluateObject(state, step.id, step.input ?? {}, context);
  const hides = state.run.secrets !== undefined || state.run.environment?.secrets !== undefined;
  const shown = hides
    ? evaluateObject(
        { ...state, log: [] },
        step.id,
        step.input ?? {},
        stepContext(state, 'masked', each),
      )
    : input;
  return { ...(each === undefined ? {} : { each }), runs, input, shown };
}

/** All turns are checked before the first one runs. */
function checkInputs(turns: readonly Turn[], schema: JsonObject | undefined, action: string): void {
  if (schema === undefined) return;
  const errors = turns
    .filter(({ runs }) => runs)
    .flatMap(({ input, each }) =>
      violations(schema, input, `the action ${action}`).map(({ pointer, message }) => ({
        where: `${action}${each === undefined ? '' : `[${each.key}]`}${pointer}`,
        message,
      })),
    );
  if (errors.length === 0) return;
  const detail = `its input is not valid: ${errors.map(({ where, message }) => `${where} ${message}`).join('; ')}`;
  throw new PltfError('template-invalid', {
    detail: detail.slice(0, 1000),
    errors: errors.slice(0, 100),
  });
}

async function runBuiltin(
  state: RunState,
  step: NamedStep,
  action: WorkspaceAction,
  turn: Turn,
  outputs: Outputs,
): Promise<void> {
  const { templateRef, wait } = state.run;
  await action.run({
    input: turn.input,
    workspace: state.workspace,
    sources: state.sources,
    meter: state.meter,
    filters: state.filters,
    ...(templateRef === undefined ? {} : { templateRef }),
    log: (message) => writeLog(state, step.id, 'info', message),
    output: (key, value) => outputs.add(key, value),
    wait: async (milliseconds) => wait?.(milliseconds),
  });
}

/** Outputs by name; with `each`, every output is the list of what the turns gave. */
class Outputs {
  readonly #values: Record<string, JsonValue> = {};
  readonly #lists: boolean;

  constructor(lists: boolean) {
    this.#lists = lists;
  }

  get values(): JsonObject {
    return this.#values;
  }

  add(name: string, value: JsonValue): void {
    const before = Object.hasOwn(this.#values, name) ? this.#values[name] : undefined;
    this.#values[name] = this.#lists ? [...(Array.isArray(before) ? before : []), value] : value;
  }

  addAll(values: JsonObject): void {
    for (const [name, value] of Object.entries(values)) this.add(name, value);
  }
}

/** The actions of a template that neither the renderer nor the caller can carry out. */
export function unsupportedActions(
  template: TemplateDocument,
  actions: Readonly<Record<string, SideEffect>> = {},
): readonly string[] {
  const used = new Set(template.spec.steps.map(({ action }) => action));
  return [...used].filter(
    (id) => !Object.hasOwn(builtinActions, id) && !Object.hasOwn(actions, id),
  );
}
