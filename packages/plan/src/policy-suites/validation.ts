import {
  type CelCompileOptions,
  type CelExpression,
  type CelInput,
  celVariables,
  compileCel,
} from '../cel/index.ts';
import { type Json, listOf, objectOf, textOf } from './files.ts';

const gas = 1_000_000;

interface Validation {
  readonly expression: CelExpression;
  readonly message: string;
  readonly messageExpression: CelExpression | undefined;
}

/** Expressions in the form of a ValidatingAdmissionPolicy, compiled. */
export interface ValidationRules {
  readonly variables: readonly { readonly name: string; readonly expression: CelExpression }[];
  readonly conditions: readonly CelExpression[];
  readonly validations: readonly Validation[];
}

/** One validation's answer. */
export interface ValidationAnswer {
  readonly state: 'pass' | 'fail' | 'error';
  readonly message: string;
}

/** Compiles `variables`, `matchConditions` and `validations`; throws an `Error` that names the first bad expression. */
export function compileRules(spec: Json, options: CelCompileOptions = {}): ValidationRules {
  const compile = (text: unknown): CelExpression => {
    const compiled = compileCel(textOf(text) ?? '', options);
    if (compiled.ok) return compiled.expression;
    const [problem] = compiled.problems;
    throw new Error(`${problem?.message ?? 'not an expression'} in: ${String(text).slice(0, 200)}`);
  };
  return {
    variables: listOf(spec.variables)
      .map(objectOf)
      .map(({ name, expression }) => ({ name: String(name), expression: compile(expression) })),
    conditions: listOf(spec.matchConditions).map((one) => compile(objectOf(one).expression)),
    validations: listOf(spec.validations)
      .map(objectOf)
      .map(({ expression, message, messageExpression }) => ({
        expression: compile(expression),
        message: textOf(message) ?? `failed expression: ${String(expression).trim()}`,
        messageExpression: messageExpression === undefined ? undefined : compile(messageExpression),
      })),
  };
}

type Inputs = Readonly<Record<string, unknown>>;

/** Whether all conditions hold; a text when one fails while none is false. */
export function conditionsHold(rules: ValidationRules, inputs: Inputs): boolean | string {
  let failure: string | undefined;
  for (const condition of rules.conditions) {
    const result = condition.evaluate(inputs, { gas });
    if (result.ok && result.value === false) return false;
    if (!result.ok) failure ??= result.message;
    else if (result.value !== true) failure ??= 'a condition is not a bool';
  }
  return failure ?? true;
}

/** The inputs with `variables`, which are evaluated as they are read. */
export function withVariables(rules: ValidationRules, inputs: Inputs): Inputs {
  const variables: CelInput = celVariables(rules.variables, inputs);
  return { ...inputs, variables };
}

/** What every validation says, in order. */
export function answersOf(rules: ValidationRules, inputs: Inputs): readonly ValidationAnswer[] {
  const bound = withVariables(rules, inputs);
  return rules.validations.map((validation) => {
    const result = validation.expression.evaluate(bound, { gas });
    if (!result.ok) return { state: 'error', message: result.message };
    if (result.value === true) return { state: 'pass', message: '' };
    if (result.value !== false) return { state: 'error', message: 'a validation is not a bool' };
    const said = validation.messageExpression?.evaluate(bound, { gas });
    const message = said?.ok === true && typeof said.value === 'string' ? said.value : '';
    return { state: 'fail', message: message.trim() === '' ? validation.message : message };
  });
}
