import {
  BooleanToken,
  MappingToken,
  NullToken,
  NumberToken,
  SequenceToken,
  StringToken,
} from '@actions/workflow-parser/templates/tokens/index';
import type { LiteralToken } from '@actions/workflow-parser/templates/tokens/literal-token';
import type { TokenRange } from '@actions/workflow-parser/templates/tokens/token-range';
import {
  Composer,
  type CST,
  type Document,
  isAlias,
  isCollection,
  isMap,
  isNode,
  isPair,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  Parser,
} from 'yaml';
import { workflowLimits } from './workflow-limits.ts';

export interface YamlProblem {
  readonly line: number;
  readonly column: number;
  readonly message: string;
}

export type YamlEvent =
  | { readonly type: 'literal'; readonly token: LiteralToken }
  | { readonly type: 'sequence'; readonly token: SequenceToken }
  | { readonly type: 'mapping'; readonly token: MappingToken }
  | { readonly type: 'sequence-end' | 'mapping-end' };

export type YamlDocument =
  | { readonly events: readonly YamlEvent[] }
  | { readonly problems: readonly YamlProblem[] };

/**
 * Reads one YAML document into the flat list of events that GitHub's template reader consumes, with
 * aliases followed. Never throws and never recurses on what the file holds (see `workflowLimits`).
 */
export function readYamlDocument(text: string): YamlDocument {
  const lines = new LineCounter();
  const syntax = [...new Parser(lines.addNewLine).parse(text)];
  const tooDeep = firstTooDeep(syntax);
  if (tooDeep !== undefined) return at(lines, tooDeep, 'The file is nested too deeply');
  const documents = [
    ...new Composer({ uniqueKeys: false, prettyErrors: false, keepSourceTokens: true }).compose(
      syntax,
      true,
      text.length,
    ),
  ];
  const errors = documents
    .flatMap((document) => document.errors)
    // One slip makes everything behind it unexpected; only the slip itself is worth reading.
    .filter(({ code }, index) => index === 0 || code !== 'UNEXPECTED_TOKEN');
  if (errors.length > 0) {
    return {
      problems: errors.slice(0, workflowLimits.problems).map((error) => ({
        ...position(lines, error.pos[0]),
        message: error.message.split('\n', 1)[0] ?? error.message,
      })),
    };
  }
  const [document, second] = documents;
  if (document === undefined || document.contents === null) {
    return at(lines, 0, 'The file is empty');
  }
  if (second !== undefined) {
    return at(lines, second.range[0], 'A workflow file holds one YAML document only');
  }
  return flatten(document, text, lines);
}

const position = (lines: LineCounter, offset: number) => {
  const { line, col } = lines.linePos(offset);
  return { line: Math.max(1, line), column: Math.max(1, col) };
};

const at = (lines: LineCounter, offset: number, message: string): YamlDocument => ({
  problems: [{ ...position(lines, offset), message }],
});

/** The offset of the first token below the permitted depth, found without recursion. */
function firstTooDeep(tokens: readonly CST.Token[]): number | undefined {
  const open: [token: object, depth: number][] = tokens.map((token) => [token, 1]);
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const [token, depth] = next;
    if (depth > workflowLimits.syntaxDepth) {
      return 'offset' in token && typeof token.offset === 'number' ? token.offset : 0;
    }
    for (const child of [
      propertyOf(token, 'items'),
      propertyOf(token, 'key'),
      propertyOf(token, 'value'),
    ]) {
      if (Array.isArray(child)) for (const item of child) open.push([item, depth + 1]);
      else if (typeof child === 'object' && child !== null) open.push([child, depth + 1]);
    }
  }
  return undefined;
}

const propertyOf = (token: object, name: string): unknown =>
  (token as Readonly<Record<string, unknown>>)[name];

interface Work {
  readonly node: unknown;
  readonly aliases: ReadonlySet<unknown>;
  /** How many collections are open around the node. */
  readonly depth: number;
  /** Set when the collection opened before ends here. */
  readonly end?: 'sequence-end' | 'mapping-end';
}

function flatten(document: Document.Parsed, text: string, lines: LineCounter): YamlDocument {
  const targets = aliasTargets(document.contents);
  const events: YamlEvent[] = [];
  const stack: Work[] = [{ node: document.contents, aliases: new Set(), depth: 1 }];
  for (let work = stack.pop(); work !== undefined; work = stack.pop()) {
    const { node, aliases, depth, end } = work;
    if (end !== undefined) {
      events.push({ type: end });
      continue;
    }
    const offset = (node as Node | null)?.range?.[0] ?? 0;
    if (events.length > workflowLimits.values) {
      return at(lines, offset, `The file holds more than ${workflowLimits.values} values`);
    }
    // Aliases nest deeper than the text does.
    if (depth > workflowLimits.syntaxDepth)
      return at(lines, offset, 'The file is nested too deeply');
    const range = rangeOf(node, lines);
    const inner = { aliases, depth: depth + 1 };
    if (isAlias(node)) {
      const target = targets.get(node);
      if (target === undefined || aliases.has(target)) {
        return at(lines, offset, 'This alias refers to itself or to nothing');
      }
      stack.push({ node: target, aliases: new Set([...aliases, target]), depth: depth + 1 });
    } else if (isSeq(node)) {
      events.push({ type: 'sequence', token: new SequenceToken(1, range, undefined) });
      stack.push({ ...inner, node, end: 'sequence-end' });
      for (const item of node.items.toReversed()) stack.push({ ...inner, node: item });
    } else if (isMap(node)) {
      events.push({ type: 'mapping', token: new MappingToken(1, range, undefined) });
      stack.push({ ...inner, node, end: 'mapping-end' });
      for (const pair of node.items.toReversed()) {
        stack.push({ ...inner, node: pair.value }, { ...inner, node: pair });
      }
    } else if (isPair(node)) {
      events.push({ type: 'literal', token: keyToken(node.key, lines) });
    } else {
      events.push({ type: 'literal', token: literalToken(node, range, text) });
    }
  }
  return { events };
}

/** What each alias stands for: the last anchor of its name before it. (`Alias.resolve` walks the whole file for each.) */
function aliasTargets(root: unknown): ReadonlyMap<unknown, unknown> {
  const anchors = new Map<string, unknown>();
  const targets = new Map<unknown, unknown>();
  const stack: unknown[] = [root];
  while (stack.length > 0) {
    const node = stack.pop();
    if (isAlias(node)) targets.set(node, anchors.get(node.source));
    else if (isPair(node)) stack.push(node.value, node.key);
    else if (isNode(node)) {
      if (node.anchor !== undefined) anchors.set(node.anchor, node);
      if (isCollection(node)) for (const item of node.items.toReversed()) stack.push(item);
    }
  }
  return targets;
}

function rangeOf(node: unknown, lines: LineCounter): TokenRange | undefined {
  const range = (node as { range?: readonly number[] } | null)?.range;
  if (range?.[0] === undefined || range[1] === undefined) return undefined;
  return { start: position(lines, range[0]), end: position(lines, range[1]) };
}

/** Keys are text whatever they look like; one that is itself a list or a mapping becomes no known key. */
function keyToken(key: unknown, lines: LineCounter): StringToken {
  const text = isScalar(key) ? String(key.value) : '(not a plain key)';
  return new StringToken(1, rangeOf(key, lines), text, undefined);
}

function literalToken(node: unknown, range: TokenRange | undefined, text: string): LiteralToken {
  const value = isScalar<string | number | boolean | null | undefined>(node) ? node.value : null;
  if (typeof value === 'number') return new NumberToken(1, range, value, undefined);
  if (typeof value === 'boolean') return new BooleanToken(1, range, value, undefined);
  if (value === null || value === undefined) return new NullToken(1, range, undefined);
  // The source serves the parser to find columns behind a quote. It is left out for text of several
  // lines, where the parser would take it, indentation and all, for the value itself.
  const single = range !== undefined && range.start.line === range.end.line;
  const [start, end] = isScalar(node) && node.range ? node.range : [0, 0];
  return new StringToken(
    1,
    range,
    String(value),
    undefined,
    single ? text.slice(start, end) : undefined,
  );
}
