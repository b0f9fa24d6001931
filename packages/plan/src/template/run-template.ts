import { PltfError } from '@pltf/contracts';
import { namedSteps } from './document.ts';
import { isJsonObject, isTruthy, type JsonObject, type JsonValue } from './json.ts';
import { validateParameters } from './parameters.ts';
import {
  evaluateIn,
  evaluateObject,
  inStep,
  type RunState,
  startState,
  stepContext,
} from './run-state.ts';
import { runStep } from './run-step.ts';
import { violations } from './schema-validation.ts';
import type { StepResult, StepState, TemplateResult, TemplateRun } from './template-run.ts';

/**
 * Runs a template by the documented semantics of `scaffolder.backstage.io/v1beta3`: steps strictly one after the
 * other, the first failure ends the run. Throws `parameters-invalid`, `template-invalid` naming step, file and
 * line, or what an action of the caller threw, named for its step. What such actions did is theirs to undo.
 */
export async function runTemplate(run: TemplateRun): Promise<TemplateResult> {
  const options = run.featureFlags === undefined ? {} : { featureFlags: run.featureFlags };
  const parameters = validateParameters(run.template, run.parameters, options);
  checkSecrets(run);
  const state = startState(run, parameters);
  const steps: StepResult[] = [];
  for (const step of namedSteps(run.template)) {
    const tell = (progress: 'started' | StepState): void =>
      run.onStep?.({ id: step.id, name: step.name, action: step.action, state: progress });
    tell('started');
    try {
      run.signal?.throwIfAborted();
      const result = await runStep(state, step);
      steps.push(result);
      tell(result.state);
    } catch (error) {
      tell('failed');
      throw inStep(step, error);
    }
  }
  return {
    parameters,
    steps,
    workspace: new Map(state.workspace.files),
    output: taskOutput(state),
    log: state.log,
  };
}

function checkSecrets({ template, secrets = {} }: TemplateRun): void {
  const schema = template.spec.secrets?.schema;
  if (schema === undefined) return;
  const errors = violations(schema, { ...secrets }, 'spec.secrets').map(
    ({ pointer, message, params }) => ({
      where: `secrets${pointer}${typeof params['missingProperty'] === 'string' ? `/${params['missingProperty']}` : ''}`,
      message,
      fix: 'Give the secret that the template asks for.',
    }),
  );
  if (errors.length === 0) return;
  throw new PltfError('parameters-invalid', {
    detail: errors
      .map(({ where, message }) => `${where} ${message}`)
      .join('; ')
      .slice(0, 1000),
    errors,
  });
}

const outputPlace = 'output';

/** `spec.output` without secrets; `links` and `text` keep the entries whose `if` holds. */
function taskOutput(state: RunState): JsonObject {
  const { output } = state.run.template.spec;
  if (output === undefined) return {};
  const context = stepContext(state, 'none');
  const result: Record<string, JsonValue> = {
    ...evaluateObject(state, outputPlace, output, context),
  };
  for (const key of ['links', 'text']) {
    const entries = output[key];
    if (Array.isArray(entries))
      result[key] = entries.flatMap((entry: JsonValue) => shownEntry(state, entry, context));
  }
  return result;
}

function shownEntry(state: RunState, entry: JsonValue, context: JsonObject): readonly JsonValue[] {
  if (!isJsonObject(entry)) return [];
  const { if: condition, ...rest } = entry;
  const shown =
    condition === undefined || isTruthy(evaluateIn(state, outputPlace, condition, context));
  return shown ? [evaluateObject(state, outputPlace, rest, context)] : [];
}
