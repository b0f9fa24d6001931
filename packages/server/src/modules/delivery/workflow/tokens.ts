import { ensureStatusFunction } from '@actions/workflow-parser/model/converter/if-condition';
import type {
  MappingToken,
  ScalarToken,
  TemplateToken,
} from '@actions/workflow-parser/templates/tokens/index';
import { InsertExpressionToken } from '@actions/workflow-parser/templates/tokens/insert-expression-token';
import {
  isBasicExpression,
  isBoolean,
  isMapping,
  isNumber,
  isSequence,
  isString,
} from '@actions/workflow-parser/templates/tokens/type-guards';
import { z } from 'zod';
import { splitExpressions } from './expression-text.ts';
import { literalText, type Template, type TemplateEntry } from './template.ts';

/** A place in a file, counted from 1. */
export const Place = z.object({ line: z.number().int(), column: z.number().int() });
export type Place = z.infer<typeof Place>;

export const placeOf = (token: TemplateToken): Place => ({
  line: token.line ?? 1,
  column: token.col ?? 1,
});

/** A token with everything in it as plain JSON. */
export function templateOf(token: TemplateToken): Template {
  if (isString(token) || isNumber(token) || isBoolean(token)) return token.value;
  if (isBasicExpression(token)) {
    // A text with expressions: its source is the text itself (see `splitExpressions`).
    return token.originalExpressions !== undefined && token.source !== undefined
      ? splitExpressions(token.source)
      : { expression: token.expression };
  }
  if (isSequence(token)) return { items: [...iterate(token)].map(templateOf) };
  if (isMapping(token)) {
    return {
      entries: [...iterate(token)].map(({ key, value }) => ({
        key: keyOf(key),
        value: templateOf(value),
      })),
    };
  }
  return null;
}

function keyOf(key: ScalarToken): TemplateEntry['key'] {
  if (key instanceof InsertExpressionToken) return { insert: true };
  const template = templateOf(key);
  if (typeof template === 'object' && template !== null) {
    if ('expression' in template || 'parts' in template) return template;
  }
  return literalText(template);
}

/** The library's iterators lack `Symbol.iterator` in their types. */
export function* iterate<Item>(collection: {
  readonly count: number;
  get(index: number): Item;
}): Generator<Item> {
  for (let index = 0; index < collection.count; index += 1) yield collection.get(index);
}

export const find = (
  mapping: MappingToken | undefined,
  ...path: readonly string[]
): TemplateToken | undefined =>
  path.reduce<TemplateToken | undefined>(
    (token, key) => (token !== undefined && isMapping(token) ? token.find(key) : undefined),
    mapping,
  );

export function findTemplate(
  mapping: MappingToken | undefined,
  ...path: readonly string[]
): Template | undefined {
  const token = find(mapping, ...path);
  return token === undefined ? undefined : templateOf(token);
}

/** The condition of a step or job as one expression that asks about status, `success()` where it is silent. */
export function conditionOf(token: TemplateToken | undefined): string {
  if (token === undefined) return 'success()';
  const text = isBasicExpression(token) ? token.expression : literalText(templateOf(token)).trim();
  return text === '' ? 'success()' : ensureStatusFunction(text, token.definitionInfo);
}
