import type { Verdict } from '@pltf/contracts';
import { type CelExpression, type CelInput, type CelResult, celVariables } from '../cel/index.ts';
import { digestOf } from '../digest.ts';
import type { JsonObject } from '../template/json.ts';
import type { CompiledGuardrail, CompiledValidation, Program } from './compile-guardrails.ts';
import { valueAt } from './object-path.ts';

/** What a guardrail finds in an object, before modes and exceptions. */
export type Finding =
  | { readonly outcome: 'not-concerned' }
  | { readonly outcome: 'pass' }
  | { readonly outcome: 'error'; readonly message: string }
  | {
      readonly outcome: 'fail';
      readonly message: string;
      readonly path: string | undefined;
      /** Of the guardrail and the values that break it: a worse change has another one. */
      readonly digest: string;
      /** What broke it, by the place of the validation in the guardrail. */
      readonly failures: readonly {
        readonly validation: number;
        readonly values: readonly BreakingValue[];
      }[];
      /** What the guardrail's remedy would change in the thin file; nobody has tried it yet. */
      readonly changes: () => Verdict['fix'];
    };

export type Inputs = Readonly<Record<string, CelInput>>;

/** Steps of one guardrail on one object, all its expressions together. */
const gasOfGuardrail = 200_000;
const gasOfExpression = 100_000;
const longestMessage = 1000;

/** Evaluates a guardrail over one object by the rules of a ValidatingAdmissionPolicy. Never throws. */
export function findingOf(
  { guardrail, program }: CompiledGuardrail,
  object: JsonObject,
  inputs: Inputs,
): Finding {
  const made = program();
  if ('fault' in made) return { outcome: 'error', message: made.fault };
  const bound: Inputs = { ...inputs, params: made.params };
  const run = meter();
  const isConcerned = conditionsHold(made.conditions, (expression) => run(expression, bound));
  if (isConcerned === false) return { outcome: 'not-concerned' };
  if (isConcerned !== true) return { outcome: 'error', message: isConcerned.error };
  const all = { ...bound, variables: celVariables(made.variables, bound) };
  const runs: Runs = (expression) => run(expression, all);
  const failed: CompiledValidation[] = [];
  for (const validation of made.validations) {
    const result = runs(validation.expression);
    if (result.ok && result.value === true) continue;
    if (!result.ok || result.value !== false)
      return { outcome: 'error', message: faultOf(validation.expression, result) };
    failed.push(validation);
  }
  const [first] = failed;
  if (first === undefined) return { outcome: 'pass' };
  const values = failed.map((one) => breakingValues(one, object, runs));
  const fault = values.find((one) => typeof one === 'string');
  if (fault !== undefined) return { outcome: 'error', message: String(fault) };
  return {
    outcome: 'fail',
    message: failed
      .map((one) => messageOf(one, runs))
      .join('; ')
      .slice(0, longestMessage),
    path: first.path,
    digest: digestOf({ guardrail: guardrail.metadata.name, values }),
    failures: failed.map((one, index) => ({
      validation: made.validations.indexOf(one),
      values: values[index] as readonly BreakingValue[],
    })),
    changes: () => changesOf(made, runs),
  };
}

type Runs = (expression: CelExpression) => CelResult;

/** One budget for all expressions that it runs. */
function meter(): (expression: CelExpression, over: Inputs) => CelResult {
  let left = gasOfGuardrail;
  return (expression, over) => {
    const result = expression.evaluate(over, { gas: Math.min(left, gasOfExpression) });
    left = Math.max(0, left - result.gas);
    return result;
  };
}

/** As Kubernetes does it: one that is false decides, whatever else fails; only then does a failure count. */
function conditionsHold(
  conditions: Program['conditions'],
  run: Runs,
): boolean | { readonly error: string } {
  let fault: { readonly error: string } | undefined;
  for (const { name, expression } of conditions) {
    const result = run(expression);
    if (result.ok && result.value === false) return false;
    if (!result.ok || result.value !== true)
      fault ??= { error: `condition ${name}: ${faultOf(expression, result)}` };
  }
  return fault ?? true;
}

function faultOf({ text }: CelExpression, result: CelResult): string {
  const shown = text.trim().replace(/\s+/g, ' ').slice(0, 200);
  if (result.ok) return `\`${shown}\` gives neither true nor false`;
  const why = result.reason === 'gas' ? `stopped after ${result.gas} steps` : result.message;
  return `\`${shown}\` could not be evaluated: ${why}`.slice(0, longestMessage);
}

function messageOf({ message, messageExpression }: CompiledValidation, run: Runs): string {
  if (messageExpression === undefined) return message;
  const result = run(messageExpression);
  const made = result.ok && typeof result.value === 'string' ? result.value.trim() : '';
  // As Kubernetes: a message that is empty, has several lines or fails gives way to the plain one.
  return made === '' || made.includes('\n') ? message : made;
}

/** The remedy's changes with their values; undefined when there are none, or one cannot be told. */
function changesOf({ changes }: Program, run: Runs): Verdict['fix'] {
  const made: NonNullable<Verdict['fix']> = [];
  for (const { path, value, expression } of changes) {
    const result = expression === undefined ? undefined : run(expression);
    if (result?.ok === false) return undefined;
    // An expression says null where nothing is to be changed.
    if (result?.ok === true && result.value === null) continue;
    const told = result?.ok === true ? (result.value as typeof value) : value;
    made.push({ path: [...path], ...(told === undefined ? {} : { value: told }) });
  }
  return made.length === 0 ? undefined : made;
}

export interface BreakingValue {
  readonly path: string | readonly string[];
  readonly value?: unknown;
}

/** The values behind a failure; a text is the reason why they could not be told. */
function breakingValues(
  { path, breaking, bound }: CompiledValidation,
  object: JsonObject,
  run: Runs,
): readonly BreakingValue[] | string {
  if (breaking !== undefined) {
    const result = run(breaking);
    if (!result.ok) return faultOf(breaking, result);
    return [{ path: path ?? '', value: result.value }];
  }
  return bound.map((keys) => {
    const value = valueAt(object, keys);
    return value === undefined ? { path: keys } : { path: keys, value };
  });
}
