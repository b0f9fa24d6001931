import { data } from '@actions/expressions';
import type { Json } from './template.ts';

export type ExpressionValue =
  | data.Array
  | data.BooleanData
  | data.Dictionary
  | data.Null
  | data.NumberData
  | data.StringData;

/**
 * A mapping that expressions can read. The library's own keeps its index in a plain object, so that a
 * key named `constructor` is lost, and always ignores case, which is wrong for `env` on Linux.
 */
export class ContextMapping extends data.Dictionary {
  readonly #entries = new Map<string, { readonly key: string; readonly value: ExpressionValue }>();
  readonly #caseSensitive: boolean;

  constructor(caseSensitive: boolean) {
    super();
    this.#caseSensitive = caseSensitive;
  }

  #name(key: string): string {
    return this.#caseSensitive ? key : key.toLowerCase();
  }

  override add(key: string, value: ExpressionValue): void {
    if (!this.#entries.has(this.#name(key))) this.#entries.set(this.#name(key), { key, value });
  }

  override get(key: string): ExpressionValue | undefined {
    return this.#entries.get(this.#name(key))?.value;
  }

  override values(): ExpressionValue[] {
    return [...this.#entries.values()].map((entry) => entry.value);
  }

  override pairs(): { key: string; value: ExpressionValue }[] {
    return [...this.#entries.values()];
  }
}

/** JSON as the library's values. Keys ignore case unless told otherwise; only the top level can be told. */
export function toExpressionValue(value: Json | undefined, caseSensitive = false): ExpressionValue {
  if (value === null || value === undefined) return new data.Null();
  if (typeof value === 'string') return new data.StringData(value);
  if (typeof value === 'number') return new data.NumberData(value);
  if (typeof value === 'boolean') return new data.BooleanData(value);
  if (Array.isArray(value)) {
    const list = new data.Array();
    for (const item of value as readonly Json[]) list.add(toExpressionValue(item));
    return list;
  }
  const mapping = new ContextMapping(caseSensitive);
  for (const [key, item] of Object.entries(value)) mapping.add(key, toExpressionValue(item));
  return mapping;
}

/** The library's values as JSON. */
export function fromExpressionValue(value: ExpressionValue): Json {
  if (value instanceof data.StringData || value instanceof data.BooleanData) return value.value;
  if (value instanceof data.NumberData) return value.number();
  if (value instanceof data.Array) return value.values().map(fromExpressionValue);
  if (value instanceof data.Dictionary) {
    return Object.fromEntries(
      value.pairs().map((pair) => [pair.key, fromExpressionValue(pair.value)]),
    );
  }
  return null;
}
