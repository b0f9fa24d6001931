import type { Guardrail, RemedyChange as RemedyChangeSchema } from '@pltf/contracts';
import type { z } from 'zod';
import { type CelExpression, type CelInput, celValue, compileCel } from '../cel/index.ts';
import { inlineVariables, objectPathsIn } from './expression-names.ts';
import { pathKeys } from './object-path.ts';

type RemedyChange = z.infer<typeof RemedyChangeSchema>;

export interface CompiledVariable {
  readonly name: string;
  readonly expression: CelExpression;
}

export interface CompiledValidation {
  readonly expression: CelExpression;
  readonly message: string;
  readonly messageExpression: CelExpression | undefined;
  /** As the guardrail names it. */
  readonly path: string | undefined;
  readonly breaking: CelExpression | undefined;
  /** Where the values lie that an exception is bound to, when `breaking` does not say it. */
  readonly bound: readonly (readonly string[])[];
}

/** A change of the thin file that a remedy names. */
export interface CompiledChange {
  readonly path: RemedyChange['path'];
  readonly value: RemedyChange['value'];
  readonly expression: CelExpression | undefined;
}

/** The expressions of a guardrail, ready; `fault` when one of them is none. */
export interface Program {
  readonly conditions: readonly CompiledVariable[];
  readonly variables: readonly CompiledVariable[];
  readonly validations: readonly CompiledValidation[];
  readonly changes: readonly CompiledChange[];
  readonly params: CelInput;
}

export interface CompiledGuardrail {
  readonly guardrail: Guardrail;
  /** Made when first asked for: most guardrails of a set never meet their kind of object. */
  readonly program: () => Program | { readonly fault: string };
}

/** Guardrails made ready to be evaluated often. */
export interface CompiledGuardrails {
  readonly guardrails: readonly CompiledGuardrail[];
}

/** Compiles once what is evaluated often; one that cannot be compiled gives `error` verdicts, never passes. */
export function compileGuardrails(guardrails: readonly Guardrail[]): CompiledGuardrails {
  return {
    guardrails: guardrails.map((guardrail) => {
      let made: Program | { readonly fault: string } | undefined;
      return {
        guardrail,
        program: () => {
          made ??= programOf(guardrail);
          return made;
        },
      };
    }),
  };
}

class Fault extends Error {}

function programOf(guardrail: Guardrail): Program | { readonly fault: string } {
  try {
    return compiled(guardrail);
  } catch (error) {
    if (error instanceof Fault) return { fault: error.message };
    throw error;
  }
}

function compiled({ spec }: Guardrail): Program {
  const definitions = Object.fromEntries(
    spec.variables.map(({ name, expression }) => [name, expression]),
  );
  const named = ({ name, expression }: { readonly name: string; readonly expression: string }) => ({
    name,
    expression: expressionOf(expression),
  });
  return {
    conditions: spec.match.conditions.map(named),
    variables: spec.variables.map(named),
    validations: spec.validations.map((validation) => ({
      expression: expressionOf(validation.expression),
      message: validation.message,
      messageExpression: optional(validation.messageExpression),
      path: validation.path,
      breaking: optional(validation.breaking),
      bound: boundPaths(validation, definitions),
    })),
    changes: spec.remedy.changes.map(({ path, value, expression }) => ({
      path,
      value,
      expression: optional(expression),
    })),
    params: celValue(spec.params),
  };
}

const optional = (text: string | undefined): CelExpression | undefined =>
  text === undefined ? undefined : expressionOf(text);

function expressionOf(text: string): CelExpression {
  const compilation = compileCel(text);
  if (compilation.ok) return compilation.expression;
  throw new Fault(
    `\`${text.slice(0, 200)}\`: ${compilation.problems[0]?.message ?? 'no expression'}`,
  );
}

/** The path that the validation names, else everything of the object that its expression reads. */
export function boundPaths(
  { path, expression }: Guardrail['spec']['validations'][number],
  definitions: Readonly<Record<string, string>>,
): readonly (readonly string[])[] {
  if (path !== undefined) return [pathKeys(path)];
  const read = objectPathsIn(inlineVariables(expression, definitions));
  const texts = [...new Set(read.map((keys) => JSON.stringify(keys)))].toSorted();
  return texts.map((text) => JSON.parse(text) as string[]);
}
