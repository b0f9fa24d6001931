import { isJsonObject, type JsonObject, type JsonValue } from './json.ts';
import type { RenderMeter } from './limits.ts';
import type { TemplateEngine } from './template-engine.ts';

export interface ExpressionScope {
  readonly engine: TemplateEngine;
  readonly meter: RenderMeter;
  readonly context: JsonObject;
  /** Told of expressions that do not work; they stay in the value as they were written. */
  readonly warn: (message: string) => void;
}

/**
 * Renders every string inside a value by Backstage's rules: one expression alone keeps its type, anything else
 * is text, and empty text is nothing: the key disappears (in a list it becomes null).
 */
export function evaluate(value: JsonValue, scope: ExpressionScope): JsonValue | undefined {
  if (typeof value === 'string') return evaluateText(value, scope);
  if (Array.isArray(value)) {
    return value.map((item: JsonValue) => evaluate(item, scope) ?? null);
  }
  if (!isJsonObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, inner]) => {
      const result = evaluate(inner, scope);
      return result === undefined ? [] : [[key, result]];
    }),
  );
}

function evaluateText(text: string, scope: ExpressionScope): JsonValue | undefined {
  if (text === '') return undefined;
  if (!/\$\{\{|\{%|\{#/.test(text)) return text;
  const typed = attempt(scope, text, () => evaluateSingle(text, scope));
  if (typed.kind === 'value') return typed.value;
  const rendered = attempt(scope, text, () => scope.engine.render(text, scope.context));
  if (rendered.kind === 'failed') return text;
  return rendered.value === '' ? undefined : rendered.value;
}

type Attempt<T> = { readonly kind: 'value'; readonly value: T } | { readonly kind: 'failed' };

const notSingle = Symbol('not a single expression');

/** Failures are told and survived, as in Backstage; an exceeded limit is not. */
function attempt<T>(
  scope: ExpressionScope,
  text: string,
  work: () => T | typeof notSingle,
): Attempt<T> {
  try {
    const value = work();
    return value === notSingle ? { kind: 'failed' } : { kind: 'value', value };
  } catch (error) {
    if (scope.meter.exceeded !== undefined) throw scope.meter.exceeded;
    const reason = error instanceof Error ? error.message.replace(/\s+/g, ' ') : String(error);
    scope.warn(`${shortened(text)}: ${reason}`);
    return { kind: 'failed' };
  }
}

function evaluateSingle(
  text: string,
  { engine, context }: ExpressionScope,
): JsonValue | undefined | typeof notSingle {
  if (!engine.isSingle(text)) return notSingle;
  const dumped = engine.render(text.replace(/\$\{\{(.+)\}\}/gs, '${{ ( $1 ) | dump }}'), context);
  return dumped === '' ? undefined : (JSON.parse(dumped) as JsonValue);
}

const shortened = (text: string): string => (text.length > 120 ? `${text.slice(0, 117)}…` : text);
