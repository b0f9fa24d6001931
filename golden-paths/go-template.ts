import { createHash } from 'node:crypto';
import { stringify } from 'yaml';

/**
 * As much of Go's text/template and Helm's functions as the charts of golden paths use, to see what Helm would make of
 * them: tests have no Helm. Anything else throws, so that a chart cannot use what is not understood here.
 */
export interface Scope {
  readonly dot: unknown;
  readonly variables: ReadonlyMap<string, unknown>;
}
type Definitions = ReadonlyMap<string, readonly Part[]>;
type Part =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'value'; readonly words: readonly string[] }
  | {
      readonly kind: 'if' | 'with' | 'range';
      readonly words: readonly string[];
      readonly body: readonly Part[];
      readonly otherwise: readonly Part[];
    };

/** Renders templates with their definitions; files whose names begin with `_` only define. */
export function renderTemplates(
  files: ReadonlyMap<string, string>,
  dot: unknown,
): ReadonlyMap<string, string> {
  const definitions = new Map<string, readonly Part[]>();
  const bodies = new Map([...files].map(([path, text]) => [path, parse(text, definitions)]));
  const scope: Scope = { dot, variables: new Map([['$', dot]]) };
  return new Map(
    [...bodies]
      .filter(([path]) => !/(?:^|\/)_[^/]*$/.test(path))
      .map(([path, parts]) => [path, run(parts, scope, definitions)]),
  );
}

function parse(source: string, definitions: Map<string, readonly Part[]>): readonly Part[] {
  const tokens = source
    .replace(/\s*\{\{- /g, '{{ ')
    .replace(/\s*\{\{-\/\*/g, '{{/*')
    .replace(/ -\}\}\s*/g, ' }}')
    .split(/(\{\{.*?\}\})/s);
  let at = 0;
  const block = (top: boolean): { parts: Part[]; end: string } => {
    const parts: Part[] = [];
    while (at < tokens.length) {
      const token = tokens[at] ?? '';
      at += 1;
      const action = /^\{\{\s*(.*?)\s*\}\}$/s.exec(token)?.[1];
      if (action === undefined) parts.push({ kind: 'text', text: token });
      else if (action.startsWith('/*')) continue;
      else if (action === 'end' || /^else\b/.test(action)) return { parts, end: action };
      else if (/^define\b/.test(action)) {
        definitions.set(JSON.parse(action.slice(6)) as string, block(false).parts);
      } else parts.push(statement(action));
    }
    if (!top) throw new Error('an `end` is missing');
    return { parts, end: '' };
  };
  const statement = (action: string): Part => {
    const words = wordsOf(action);
    const [kind] = words;
    if (kind !== 'if' && kind !== 'with' && kind !== 'range') return { kind: 'value', words };
    const { parts: body, end } = block(false);
    if (end === 'end') return { kind, words: words.slice(1), body, otherwise: [] };
    const more = end.slice(4).trim();
    const otherwise = more === '' ? block(false).parts : [statement(more)];
    return { kind, words: words.slice(1), body, otherwise };
  };
  return block(true).parts;
}

const wordsOf = (action: string): readonly string[] => {
  const words = action.match(/"(?:[^"\\]|\\.)*"|:=|\)(?:\.\w+)+|[()|,]|[^\s()|,]+/g) ?? [];
  return words;
};

function run(parts: readonly Part[], scope: Scope, definitions: Definitions): string {
  let text = '';
  for (const part of parts) {
    if (part.kind === 'text') text += part.text;
    else if (part.kind === 'value') text += print(evaluate(part.words, scope, definitions));
    else if (part.kind === 'range') text += repeat(part.words, part, scope, definitions);
    else {
      const value = evaluate(part.words, scope, definitions);
      const inner = part.kind === 'with' ? { ...scope, dot: value } : scope;
      text += truth(value)
        ? run(part.body, inner, definitions)
        : run(part.otherwise, scope, definitions);
    }
  }
  return text;
}

function repeat(
  words: readonly string[],
  part: { readonly body: readonly Part[] },
  scope: Scope,
  definitions: Definitions,
): string {
  const assigned = words.indexOf(':=');
  const names = words.slice(0, Math.max(0, assigned)).filter((word) => word !== ',');
  const value = evaluate(words.slice(assigned + 1), scope, definitions);
  const entries: [unknown, unknown][] = Array.isArray(value)
    ? [...value.entries()]
    : Object.entries(value ?? {}).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return entries
    .map(([key, member]) => {
      const variables = new Map(scope.variables);
      const [first, second] = names;
      if (second !== undefined && first !== undefined)
        variables.set(first, key).set(second, member);
      else if (first !== undefined) variables.set(first, member);
      return run(part.body, { dot: member, variables }, definitions);
    })
    .join('');
}

/** A pipeline: each command gets what the one before gave as its last argument. */
function evaluate(words: readonly string[], scope: Scope, definitions: Definitions): unknown {
  let at = 0;
  const pipeline = (): unknown => {
    let value: unknown;
    let piped = false;
    do {
      value = command(piped ? [value] : []);
      piped = true;
    } while (words[at] === '|' && (at += 1) > 0);
    return value;
  };
  const command = (last: readonly unknown[]): unknown => {
    const head = words[at] ?? '';
    const made = functions[head] ?? (head === 'include' ? include : undefined);
    if (made === undefined) {
      const value = operand();
      if (last.length > 0) throw new Error(`${head} is no function`);
      return value;
    }
    at += 1;
    const given: unknown[] = [];
    while (at < words.length && words[at] !== '|' && !(words[at] ?? '').startsWith(')'))
      given.push(operand());
    return made(...given, ...last);
  };
  const operand = (): unknown => {
    const word = words[at] ?? '';
    at += 1;
    if (word === '(') {
      const value = pipeline();
      const close = words[at] ?? '';
      at += 1;
      return field(value, close.slice(1));
    }
    if (word.startsWith('"')) return JSON.parse(word);
    if (/^-?\d+$/.test(word)) return Number(word);
    if (word === 'true' || word === 'false') return word === 'true';
    if (word.startsWith('.')) return field(scope.dot, word === '.' ? '' : word);
    const variable = /^(\$\w*)((?:\.\w+)*)$/.exec(word);
    if (variable === null || !scope.variables.has(variable[1] ?? ''))
      throw new Error(`${word} is not known`);
    return field(scope.variables.get(variable[1] ?? ''), variable[2] ?? '');
  };
  const include = (name: unknown, dot: unknown): string => {
    const parts = definitions.get(String(name));
    if (parts === undefined) throw new Error(`no template is named ${String(name)}`);
    return run(parts, { dot, variables: new Map([['$', dot]]) }, definitions);
  };
  const value = pipeline();
  if (at < words.length) throw new Error(`${words.join(' ')}: what is ${words[at] ?? ''}?`);
  return value;
}

function field(value: unknown, path: string): unknown {
  return path
    .split('.')
    .slice(1)
    .reduce<unknown>(
      (current, name) => (current as Record<string, unknown> | undefined)?.[name],
      value,
    );
}

const truth = (value: unknown): boolean =>
  Array.isArray(value)
    ? value.length > 0
    : typeof value === 'object' && value !== null
      ? Object.keys(value).length > 0
      : Boolean(value);

/** As Go prints it; lists and maps are for `toYaml` and `toJson`. */
function print(value: unknown): string {
  if (value === undefined) return '';
  if (typeof value === 'object') throw new Error(`printed: ${JSON.stringify(value)}`);
  return `${value as string | number | boolean}`;
}

const indented = (by: unknown, text: unknown): string =>
  print(text).replace(/^/gm, ' '.repeat(Number(by)));

const functions: Readonly<Record<string, (...given: unknown[]) => unknown>> = {
  add: (a, b) => Number(a) + Number(b),
  and: (...all) => all.find((one) => !truth(one)) ?? all.at(-1),
  contains: (part, whole) => print(whole).includes(print(part)),
  default: (otherwise, value) => (truth(value) ? value : otherwise),
  div: (a, b) => Math.trunc(Number(a) / Number(b)),
  ge: (a, b) => Number(a) >= Number(b),
  int: (value) => Math.trunc(Number(value)),
  nindent: (by, text) => `\n${indented(by, text)}`,
  not: (value) => !truth(value),
  printf: (format, ...given) =>
    given.reduce<string>((text, one) => text.replace('%s', () => print(one)), print(format)),
  quote: (value) => JSON.stringify(print(value)),
  replace: (from, to, text) => print(text).replaceAll(print(from), print(to)),
  required: (message, value) => {
    if (!truth(value)) throw new Error(print(message));
    return value;
  },
  sha256sum: (text) => createHash('sha256').update(print(text)).digest('hex'),
  toJson: (value) => JSON.stringify(value),
  toYaml: (value) => stringify(value, { aliasDuplicateObjects: false, lineWidth: 0 }).trimEnd(),
  trimSuffix: (suffix, text) =>
    print(text).endsWith(print(suffix)) ? print(text).slice(0, -print(suffix).length) : text,
  trunc: (length, text) => print(text).slice(0, Number(length)),
};
