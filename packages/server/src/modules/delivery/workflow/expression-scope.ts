import { Evaluator, Lexer, Parser } from '@actions/expressions';
import { falsy } from '@actions/expressions/result';
import {
  ExpressionProblem,
  expressionFunctions,
  type FileHashes,
  type StatusAnswers,
} from './expression-functions.ts';
import {
  ContextMapping,
  type ExpressionValue,
  fromExpressionValue,
  toExpressionValue,
} from './expression-values.ts';
import type { Json, Template, TemplateEntry } from './template.ts';
import { workflowLimits } from './workflow-limits.ts';

export type Contexts = Readonly<Record<string, Json | undefined>>;

/** Everything that expressions at one place of a workflow may read. Each method throws `ExpressionProblem`. */
export interface ExpressionScope {
  /** The template with every expression replaced by its value. */
  value(template: Template | undefined): Json;
  /** As text, as it would stand in an environment variable; nothing is the empty text. */
  text(template: Template | undefined): string;
  /** A mapping of texts. */
  texts(template: Template | undefined): Record<string, string>;
  /** Whether a condition holds. */
  condition(expression: string): boolean;
  /** A number, undefined when there is none. */
  number(template: Template | undefined): number | undefined;
  boolean(template: Template | undefined): boolean;
}

export interface ScopeOptions {
  readonly contexts: Contexts;
  readonly status?: StatusAnswers;
  readonly hashes?: FileHashes;
}

/** The names of all contexts: one that a place lacks is null there, as on GitHub. */
const contextNames = [
  'github',
  'env',
  'vars',
  'job',
  'jobs',
  'steps',
  'runner',
  'secrets',
  'strategy',
  'matrix',
  'needs',
  'inputs',
];

const noStatus: StatusAnswers = { success: true, failure: false, cancelled: false };

/** A scope over these contexts. They are converted when first read, once. */
export function createScope(options: ScopeOptions): ExpressionScope {
  const contexts = new LazyContexts(options.contexts);
  const functions = expressionFunctions(
    options.status ?? noStatus,
    options.hashes ?? (() => undefined),
  );
  const functionList = [...functions.values()];

  const evaluate = (expression: string): ExpressionValue => {
    try {
      const tree = new Parser(tokensOf(expression), contextNames, functionList).parse();
      return new Evaluator(tree, contexts, new Map(functions)).evaluate();
    } catch (error) {
      throw problemFrom(error, expression);
    }
  };
  const textOf = (template: Template | undefined): string => {
    if (typeof template === 'string') return template;
    if (typeof template === 'object' && template !== null && 'parts' in template) {
      return joined(
        template.parts.map((part) =>
          typeof part === 'string' ? part : evaluate(part.expression).coerceString(),
        ),
      );
    }
    return toExpressionValue(valueOf(template)).coerceString();
  };
  const entriesOf = (entries: readonly TemplateEntry[]): [string, Json][] =>
    entries.flatMap(({ key, value }): [string, Json][] => {
      if (typeof key === 'string') return [[key, valueOf(value)]];
      if (!('insert' in key)) return [[textOf(key), valueOf(value)]];
      const inserted = valueOf(value);
      return isMapping(inserted) ? Object.entries(inserted) : [];
    });
  const valueOf = (template: Template | undefined): Json => {
    if (template === undefined || template === null) return null;
    if (typeof template !== 'object') return template;
    if ('expression' in template) return fromExpressionValue(evaluate(template.expression));
    if ('parts' in template) return textOf(template);
    if ('items' in template) return template.items.map(valueOf);
    return Object.fromEntries(entriesOf(template.entries));
  };
  return {
    value: valueOf,
    text: textOf,
    texts: (template) => textsOf(valueOf(template)),
    condition: (expression) => !falsy(evaluate(expression)),
    number: (template) => numberOf(valueOf(template)),
    boolean: (template) => jsonBoolean(valueOf(template)),
  };
}

/** Contexts by name; values are made on first use, because most expressions read one of them. */
class LazyContexts extends ContextMapping {
  readonly #contexts: Contexts;
  readonly #made = new Map<string, ExpressionValue>();

  constructor(contexts: Contexts) {
    super(false);
    this.#contexts = contexts;
  }

  override get(key: string): ExpressionValue {
    const name = key.toLowerCase();
    const made = this.#made.get(name) ?? toExpressionValue(this.#contexts[name], name === 'env');
    this.#made.set(name, made);
    return made;
  }
}

/** A chain of comparisons nests as deep as it is long, and evaluating recurses. */
const maximumTokens = 2000;

/** The lexer reads only the first `''` of a literal as a quote; the text of its tokens is mended here. */
function tokensOf(expression: string) {
  if (expression.trim() === '') throw new ExpressionProblem('An expression was expected');
  const { tokens } = new Lexer(expression).lex();
  if (tokens.length > maximumTokens) throw new ExpressionProblem('The expression is too long');
  for (const token of tokens) {
    if (typeof token.value === 'string' && token.lexeme.startsWith("'")) {
      token.value = token.lexeme.slice(1, -1).replaceAll("''", "'");
    }
  }
  return tokens;
}

function joined(parts: readonly string[]): string {
  const length = parts.reduce((sum, part) => sum + part.length, 0);
  if (length > workflowLimits.valueCharacters) throw new ExpressionProblem('The value is too long');
  return parts.join('');
}

function problemFrom(error: unknown, expression: string): ExpressionProblem {
  // The evaluator wraps what an index throws; the cause tells which files are asked for.
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    if (cause instanceof ExpressionProblem) return cause;
  }
  const message = error instanceof Error ? error.message : String(error);
  return new ExpressionProblem(`${message.slice(0, 200)} (in \`${expression.slice(0, 120)}\`)`);
}

export const isMapping = (value: Json): value is { readonly [key: string]: Json } =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function textsOf(value: Json): Record<string, string> {
  if (value === null || value === '') return {};
  if (!isMapping(value)) throw new ExpressionProblem('A mapping was expected');
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [key, toExpressionValue(item).coerceString()]),
  );
}

/** JSON as expressions turn it into text. */
export const jsonText = (value: Json): string => toExpressionValue(value).coerceString();

function numberOf(value: Json): number | undefined {
  if (value === null || value === '') return undefined;
  const number = toExpressionValue(value).number();
  if (Number.isNaN(number))
    throw new ExpressionProblem(`'${jsonText(value).slice(0, 40)}' is not a number`);
  return number;
}

/** True or false, also as text; nothing is false. Throws `ExpressionProblem` for anything else. */
export function jsonBoolean(value: Json): boolean {
  if (typeof value === 'boolean') return value;
  if (value === null || value === '' || value === 'false') return false;
  if (value === 'true') return true;
  throw new ExpressionProblem(`'${jsonText(value).slice(0, 40)}' is neither true nor false`);
}
