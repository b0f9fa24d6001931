import { child, isEmpty, isObject, type Schema, typeOf, type Values } from './json-schema.ts';
import { activeSchema } from './schema-check.ts';

/** What a form starts with: every default, also those of nested fields. */
export const defaultsOf = (pages: readonly Schema[]): Values =>
  Object.assign({}, ...pages.map((page) => startOf(page, {}))) as Values;

function startOf(schema: Schema, given: Values): Values {
  const values: Record<string, unknown> = { ...given };
  // A default can open a conditional branch that has defaults of its own; two rounds reach those.
  for (let round = 0; round < 2; round += 1) {
    for (const [name, property] of Object.entries(activeSchema(schema, values).properties)) {
      if (values[name] !== undefined) continue;
      if ('default' in property) values[name] = property['default'];
      else if (typeOf(property) === 'object') {
        const inside = startOf(property, {});
        if (Object.keys(inside).length > 0) values[name] = inside;
      }
    }
  }
  return values;
}

/** The values with the defaults of those fields that a change has just brought onto the form. */
export function withOpenedDefaults(
  pages: readonly Schema[],
  before: Values,
  after: Values,
): Values {
  const values: Record<string, unknown> = { ...after };
  for (const page of pages) {
    const shown = activeSchema(page, before).properties;
    for (const [name, property] of Object.entries(activeSchema(page, after).properties)) {
      // A field that was there and is empty was emptied by somebody.
      if (!(name in shown) && values[name] === undefined && 'default' in property) {
        values[name] = property['default'];
      }
    }
  }
  return values;
}

/** A copy with one place changed; lists are copied as lists. */
export function withValue(values: unknown, path: readonly string[], value: unknown): unknown {
  const [first, ...rest] = path;
  if (first === undefined) return value;
  if (Array.isArray(values)) {
    return values.with(Number(first), withValue(values[Number(first)], rest, value));
  }
  const object = isObject(values) ? values : {};
  return { ...object, [first]: withValue(object[first], rest, value) };
}

export function valueAt(values: unknown, path: readonly string[]): unknown {
  let value = values;
  for (const name of path) {
    if (Array.isArray(value)) value = value[Number(name)];
    else if (isObject(value)) value = value[name];
    else return undefined;
  }
  return value;
}

/** What is sent: only fields that the form shows now, and nothing that was left empty. */
export function shownValues(pages: readonly Schema[], values: Values): Values {
  const shown: Record<string, unknown> = {};
  for (const page of pages) Object.assign(shown, pruned(page, values));
  return shown;
}

function pruned(schema: Schema, values: Values): Values {
  const kept: Record<string, unknown> = {};
  for (const [name, property] of Object.entries(activeSchema(schema, values).properties)) {
    const value = values[name];
    if (isEmpty(value)) continue;
    kept[name] = isObject(value) ? pruned(property, value) : listPruned(property, value);
  }
  return kept;
}

function listPruned(schema: Schema, value: unknown): unknown {
  if (!Array.isArray(value)) return value;
  const item = child(schema, 'items') ?? {};
  return value
    .filter((each) => !isEmpty(each))
    .map((each: unknown) => (isObject(each) ? pruned(item, each) : each));
}
