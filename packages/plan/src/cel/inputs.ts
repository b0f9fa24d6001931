import { charge, type Frame } from './evaluation/frame.ts';
import type { CompiledExpression } from './expression.ts';
import type { CelExpression, CelInput } from './port.ts';
import { type CelProgram, programOfText, runProgram } from './program.ts';
import { type CelData, CelLazyMap } from './values/cel-value.ts';
import { CelFailure, GasExhausted } from './values/failure.ts';
import { Converted, hasDots, inputsOf } from './values/input.ts';
import { doublePaths, fromJson } from './values/json.ts';

/**
 * Makes JSON ready for many expressions, when the first one reads it. Whole numbers become int and others double,
 * unless `doubles` names their path (`spec.cost.monthly`, with `*` for any key or index), where a schema says number
 * and not integer.
 */
export function celValue(
  json: unknown,
  options: { readonly doubles?: readonly string[] } = {},
): CelInput {
  const doubles = doublePaths(options.doubles ?? []);
  return new Converted(() => fromJson(json, doubles)) as unknown as CelInput;
}

export interface CelDefinition {
  readonly name: string;
  readonly expression: CelExpression;
}

/**
 * What expressions read as `variables`: each is evaluated over `over` when it is first read, once for all expressions
 * that are given this value; its steps count for the one that read it. One may read those before it.
 */
export function celVariables(
  definitions: readonly CelDefinition[],
  over: Readonly<Record<string, unknown>>,
): CelInput {
  const inputs = inputsOf(over);
  const dotted = hasDots(Object.keys(over));
  const known = new Map<string, CelData | CelFailure>();
  const until = (count: number): CelLazyMap => {
    const visible = definitions.slice(0, count);
    const read = (name: string, frame: unknown): CelData =>
      // The frame is that of the evaluation that reads; data knows no frames.
      readOnce(name, frame as Frame);
    return new CelLazyMap(new Set(visible.map(({ name }) => name)), read);
  };
  const readOnce = (name: string, frame: Frame): CelData => {
    const before = known.get(name);
    if (before instanceof CelFailure) throw before;
    if (before !== undefined) return before;
    const index = definitions.findLastIndex((definition) => definition.name === name);
    const earlier = until(Math.max(index, 0));
    const outcome = runProgram(
      programOf(definitions[index]?.expression),
      (variable, inner) => (variable === 'variables' ? earlier : inputs(variable, inner)),
      { gas: frame.limit - frame.gas, dotted },
    );
    if (!outcome.ok && outcome.reason === 'gas') throw new GasExhausted(outcome.message);
    charge(frame, outcome.gas);
    const value = outcome.ok
      ? outcome.value
      : new CelFailure(`variables.${name}: ${outcome.message}`);
    known.set(name, value);
    if (value instanceof CelFailure) throw value;
    return value;
  };
  const all = until(definitions.length);
  return new Converted(() => all) as unknown as CelInput;
}

function programOf(expression: CelExpression | undefined): CelProgram {
  if (expression === undefined) throw new CelFailure('there is no such variable');
  return (expression as Partial<CompiledExpression>).program ?? programOfText(expression.text);
}
