import type { Command } from './command.ts';
import type { Option, ParsedValues } from './definition.ts';
import { nextWords, type Split, split } from './find-command.ts';
import { globalOptions, isGlobal } from './global-options.ts';
import { type Problem, readArguments, readTokens } from './read-values.ts';

export interface GlobalValues {
  readonly json: boolean;
  readonly yes: boolean;
  readonly url: string | undefined;
  readonly token: string | undefined;
}

/** Something the user typed that cannot be meant; plain data, so that parsing loads no library. */
export interface Misuse extends Problem {
  readonly kind: 'misuse';
  readonly help: readonly string[];
  readonly json: boolean;
}

export type Parsed =
  | { readonly kind: 'help'; readonly path: readonly string[] }
  | {
      readonly kind: 'run';
      readonly command: Command;
      readonly values: ParsedValues;
      readonly globals: GlobalValues;
    }
  | Misuse;

const versionOptions = new Set(['--version', '-v', '-V']);

/** What the user asks for: help, a command with its values, or something that cannot be meant. */
export function parse(argv: readonly string[], commands: readonly Command[]): Parsed {
  const found = split(argv, commands);
  const json = argv.includes('--json');
  const ending = argv.indexOf('--');
  const asksHelp = (ending < 0 ? argv : argv.slice(0, ending)).some(
    (word) => word === '--help' || word === '-h',
  );
  if (found.command === undefined) {
    const stray = found.others.find((word) => /^-./.test(word) && word !== '--' && !isGlobal(word));
    if (stray !== undefined && versionOptions.has(stray)) return parse(['version'], commands);
    if (stray !== undefined) {
      return misuse(`There is no option ${stray} before a command.`, found.words, json);
    }
    if (found.unknown !== undefined) return unknownCommand(found, commands, argv, json);
    if (asksHelp || found.words.length === 0) return { kind: 'help', path: found.words };
    return incomplete(found.words, commands, json);
  }
  if (asksHelp) return { kind: 'help', path: found.command.definition.path };
  return readValues(found.command, found.others, json);
}

function misuse(
  detail: string,
  help: readonly string[],
  json: boolean,
  more: Pick<Misuse, 'fix' | 'unknown'> = {},
): Misuse {
  return { kind: 'misuse', detail, help, json, ...more };
}

function incomplete(words: readonly string[], commands: readonly Command[], json: boolean): Misuse {
  return misuse(
    `\`pltf ${words.join(' ')}\` wants one more word: ${nextWords(words, commands).join(', ')}.`,
    words,
    json,
  );
}

function unknownCommand(
  found: Split,
  commands: readonly Command[],
  argv: readonly string[],
  json: boolean,
): Misuse {
  const typed = found.unknown ?? '';
  const place = ['pltf', ...found.words].join(' ');
  const after = argv[argv.indexOf(typed) + 1] ?? '';
  const candidates = nextWords(found.words, commands);
  // `pltf users-api logs`: the noun came first.
  const turned = found.words.length === 0 && candidates.includes(after);
  const kind = found.words[0] === 'create' ? 'service' : undefined;
  const rest = argv.slice(argv.indexOf(typed)).join(' ');
  const fix = turned
    ? `Did you mean \`pltf ${after} ${typed}\`? The verb comes first.`
    : `\`${place} --help\` shows what there is.`;
  return misuse(
    kind === undefined
      ? `There is no command \`${place} ${typed}\`.`
      : `\`${place}\` wants to know what: ${candidates.join(', ')}. For example \`${place} ${kind} ${rest}\`.`,
    found.words,
    json,
    turned ? { fix } : { fix, unknown: { typed, candidates } },
  );
}

function readValues(command: Command, others: readonly string[], json: boolean): Parsed {
  const { definition } = command;
  if (definition.passesOn === true) {
    const globals = { json, yes: false, url: undefined, token: undefined };
    return {
      kind: 'run',
      command,
      globals,
      values: { path: definition.path, arguments: {}, options: {}, rest: others },
    };
  }
  const known: Readonly<Record<string, Option>> = { ...definition.options, ...globalOptions };
  const read = readTokens(known, others);
  const wrong = (problem: Problem) =>
    misuse(problem.detail, definition.path, json, {
      ...(problem.fix === undefined ? {} : { fix: problem.fix }),
      ...(problem.unknown === undefined ? {} : { unknown: problem.unknown }),
    });
  if ('problem' in read) return wrong(read.problem);
  if (definition.rest === undefined && read.rest.length > 0) {
    return wrong({ detail: `Nothing may follow \`--\` here: ${read.rest.join(' ')}.` });
  }
  const named = readArguments(definition, read.positionals);
  if ('problem' in named) return wrong(named.problem);
  const { json: asJson, yes, url, token } = read.values;
  return {
    kind: 'run',
    command,
    values: {
      path: definition.path,
      arguments: named.values,
      options: read.values,
      rest: read.rest,
    },
    globals: {
      json: asJson === true,
      yes: yes === true,
      url: typeof url === 'string' ? url : undefined,
      token: typeof token === 'string' ? token : undefined,
    },
  };
}
