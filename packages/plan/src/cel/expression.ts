import { fail } from './evaluation/frame.ts';
import type { CelFunction, Library } from './evaluation/scope.ts';
import { celLimits } from './limits.ts';
import type {
  CelCompilation,
  CelCompileOptions,
  CelExpression,
  CelOptions,
  CelResult,
} from './port.ts';
import { type CelProgram, programOfText, runProgram } from './program.ts';
import { type CelLazyMap, CelMap } from './values/cel-value.ts';
import { CelSyntaxError } from './values/failure.ts';
import { hasDots, inputsOf } from './values/input.ts';
import { fromJson, toJson } from './values/json.ts';
import { materialise } from './values/maps.ts';

/** What `compileCel` makes: the program stays inside. */
export interface CompiledExpression extends CelExpression {
  readonly program: CelProgram;
}

/** Parses an expression for many evaluations. Never throws. */
export function compileCel(text: string, options: CelCompileOptions = {}): CelCompilation {
  try {
    const program = programOfText(text, {
      unchecked: options.unchecked ?? false,
      ...(options.functions === undefined ? {} : { library: libraryOf(options.functions) }),
    });
    const expression: CompiledExpression = {
      text,
      program,
      evaluate: (variables, options) => evaluate(program, variables, options),
    };
    return { ok: true, expression };
  } catch (error) {
    const offset = error instanceof CelSyntaxError ? error.offset : 0;
    const message = error instanceof Error ? error.message : String(error);
    return { ok: false, problems: [{ offset, message }] };
  }
}

/** Functions over JSON as functions over CEL values. */
function libraryOf(functions: NonNullable<CelCompileOptions['functions']>): Library {
  const wrapped = Object.entries(functions).map(([name, call]): [string, CelFunction] => [
    name,
    (frame, ...args) => {
      try {
        return fromJson(call(...args.map((arg) => toJson(arg, (map) => materialise(frame, map)))));
      } catch (error) {
        return fail(
          `${name.replace(/\/.*/, '()')}: ${error instanceof Error ? error.message : String(error)}`,
        );
      }
    },
  ]);
  return { functions: Object.fromEntries(wrapped), methods: {} };
}

function evaluate(
  program: CelProgram,
  variables: Readonly<Record<string, unknown>>,
  options: CelOptions = {},
): CelResult {
  const { lazy } = options;
  const outcome = runProgram(program, inputsOf(variables, lazy), {
    gas: options.gas ?? celLimits.gas,
    dotted: hasDots(Object.keys(variables)) || (lazy !== undefined && hasDots(Object.keys(lazy))),
  });
  if (!outcome.ok) return outcome;
  try {
    return { ok: true, value: toJson(outcome.value, names), gas: outcome.gas };
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return { ok: false, reason: 'error', message, gas: outcome.gas };
  }
}

/** A lazy map given as a result stays unread: its values may cost any number of steps. */
function names(map: CelLazyMap): CelMap {
  return new CelMap(new Map([...map.names].map((name) => [name, null])));
}
