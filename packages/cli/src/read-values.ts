import { parseArgs } from 'node:util';
import type { Argument, Definition, Option, ParsedValues } from './definition.ts';

type Values = Record<string, string | number | boolean | readonly string[] | undefined>;

/** Why what was typed does not fit the definition. */
export interface Problem {
  readonly detail: string;
  readonly fix?: string;
  /** What was typed and what it may have been, for a suggestion. */
  readonly unknown?: { readonly typed: string; readonly candidates: readonly string[] };
}

interface Read {
  readonly values: Values;
  readonly positionals: readonly string[];
  readonly rest: readonly string[];
}

/** Options and positional words of a command, or the first problem with them. */
export function readTokens(
  known: Readonly<Record<string, Option>>,
  others: readonly string[],
): Read | { readonly problem: Problem } {
  const { tokens } = parseArgs({
    args: [...others],
    strict: false,
    allowPositionals: true,
    tokens: true,
    options: Object.fromEntries(
      Object.entries(known).map(([name, option]) => [
        name,
        {
          type: option.type === 'flag' ? ('boolean' as const) : ('string' as const),
          ...(option.short === undefined ? {} : { short: option.short }),
        },
      ]),
    ),
  });
  const ending = tokens.find((token) => token.kind === 'option-terminator')?.index ?? others.length;
  const values = emptyValues(known);
  for (const token of tokens) {
    if (token.kind !== 'option') continue;
    const problem = take(known, token, values);
    if (problem !== undefined) return { problem };
  }
  return {
    values,
    positionals: tokens.flatMap((token) =>
      token.kind === 'positional' && token.index < ending ? [token.value] : [],
    ),
    rest: others.slice(ending + 1),
  };
}

function emptyValues(known: Readonly<Record<string, Option>>): Values {
  return Object.fromEntries(
    Object.entries(known).map(([name, { type }]) => [
      name,
      type === 'flag' ? false : type === 'texts' ? [] : undefined,
    ]),
  );
}

interface OptionToken {
  readonly name: string;
  readonly rawName: string;
  readonly value?: string | undefined;
  readonly inlineValue?: boolean | undefined;
}

/** Takes one option into `values`; a problem when it is unknown or its value is not one. */
function take(
  known: Readonly<Record<string, Option>>,
  { name, rawName, value, inlineValue }: OptionToken,
  values: Values,
): Problem | undefined {
  const option = Object.hasOwn(known, name) ? known[name] : undefined;
  if (option === undefined) {
    const candidates = Object.keys(known).map((each) => `--${each}`);
    return {
      detail: `There is no option ${rawName} here.`,
      ...(rawName.startsWith('--') ? { unknown: { typed: rawName, candidates } } : {}),
    };
  }
  if (option.type === 'flag') {
    if (value !== undefined) return { detail: `${rawName} takes no value.` };
    values[name] = true;
    return undefined;
  }
  const missing = value === undefined || (inlineValue !== true && /^-./.test(value));
  if (missing)
    return { detail: `${rawName} needs a value: ${rawName} ${option.value ?? 'VALUE'}.` };
  return takeText(option, name, rawName, value, values);
}

function takeText(
  option: Option,
  name: string,
  rawName: string,
  value: string,
  values: Values,
): Problem | undefined {
  if (option.choices !== undefined && !option.choices.includes(value)) {
    return {
      detail: `${rawName} is one of ${option.choices.join(', ')}; not ${value}.`,
      unknown: { typed: value, candidates: option.choices },
    };
  }
  if (option.type === 'number') {
    const number = /^[0-9]{1,9}$/.test(value) ? Number(value) : Number.NaN;
    const { minimum = 0, maximum = 1_000_000 } = option;
    if (!(number >= minimum && number <= maximum)) {
      return {
        detail: `${rawName} is a whole number from ${minimum} to ${maximum}; not ${value}.`,
      };
    }
    values[name] = number;
    return undefined;
  }
  const before = values[name];
  values[name] =
    option.type === 'texts' ? [...(Array.isArray(before) ? before : []), value] : value;
  return undefined;
}

/** Positional words by the names of the arguments they stand for. */
export function readArguments(
  definition: Definition,
  positionals: readonly string[],
): { readonly values: ParsedValues['arguments'] } | { readonly problem: Problem } {
  const left = [...positionals];
  const values: Record<string, string | readonly string[] | undefined> = {};
  for (const [name, argument] of Object.entries(definition.arguments ?? {})) {
    const taken = argument.many === true ? left.splice(0) : left.splice(0, 1);
    const wrong = checkArgument(name, argument, taken);
    if (wrong !== undefined) return { problem: wrong };
    values[name] = argument.many === true ? taken : taken[0];
  }
  if (left.length === 0) return { values };
  const after =
    definition.rest === undefined
      ? undefined
      : `Put the command after \`--\`: pltf ${definition.path.join(' ')} … -- ${left.join(' ')}`;
  return {
    problem: {
      detail: `Too much: ${left.join(' ')}.`,
      ...(after === undefined ? {} : { fix: after }),
    },
  };
}

function checkArgument(
  name: string,
  argument: Argument,
  taken: readonly string[],
): Problem | undefined {
  const placeholder = name.toUpperCase();
  if (taken.length === 0 && argument.optional !== true) {
    return { detail: `${placeholder} is missing: ${argument.summary}.` };
  }
  const { choices } = argument;
  const wrong = taken.find((word) => choices !== undefined && !choices.includes(word));
  if (wrong === undefined || choices === undefined) return undefined;
  return {
    detail: `${placeholder} is one of ${choices.join(', ')}; not ${wrong}.`,
    unknown: { typed: wrong, candidates: choices },
  };
}
