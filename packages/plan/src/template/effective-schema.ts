import { isJsonObject, type JsonObject, type JsonValue } from './json.ts';
import { satisfies } from './schema-validation.ts';

// A form's schema depends on what was answered: `dependencies` with `oneOf`, and `if`/`then`/`else`, bring fields
// in. Resolving those first gives a plain schema, whose violations people understand.

/** Keywords that are resolved here, or merged by hand. */
const structural: ReadonlySet<string> = new Set([
  'dependencies',
  'if',
  'then',
  'else',
  'properties',
  'required',
  'allOf',
]);

/** The schema that applies to `value`: conditional parts decided, the rest as it was. */
export function effectiveSchema(schema: JsonObject, value: JsonObject): JsonObject {
  let result: JsonObject = { properties: {}, required: [] };
  result = merge(result, plainPart(schema));
  for (const part of listOf(schema['allOf'])) {
    result = isStructural(part)
      ? merge(result, effectiveSchema(part, value))
      : merge(result, { allOf: [part] });
  }
  for (const part of [...conditionalParts(schema, value), ...dependentParts(schema, value)]) {
    result = merge(result, effectiveSchema(part, value));
  }
  return { ...result, properties: nestedProperties(result, value) };
}

const isStructural = (schema: JsonObject): boolean =>
  Object.keys(schema).some((key) => structural.has(key));

const listOf = (value: JsonValue | undefined): readonly JsonObject[] =>
  Array.isArray(value) ? value.filter(isJsonObject) : [];

const stringsOf = (value: JsonValue | undefined): readonly string[] =>
  Array.isArray(value) ? value.filter((item): item is string => typeof item === 'string') : [];

const propertiesOf = (schema: JsonObject): JsonObject =>
  isJsonObject(schema['properties']) ? schema['properties'] : {};

const plainPart = (schema: JsonObject): JsonObject => ({
  ...Object.fromEntries(Object.entries(schema).filter(([key]) => !structural.has(key))),
  properties: propertiesOf(schema),
  required: stringsOf(schema['required']),
});

function merge(target: JsonObject, part: JsonObject): JsonObject {
  const properties: Record<string, JsonValue> = { ...propertiesOf(target) };
  for (const [key, schema] of Object.entries(propertiesOf(part))) {
    const before = properties[key];
    // A branch repeats its deciding field as `{const: …}`: keep what the form says of it.
    properties[key] =
      isJsonObject(before) && isJsonObject(schema) ? { ...before, ...schema } : schema;
  }
  const required = [...new Set([...stringsOf(target['required']), ...stringsOf(part['required'])])];
  const allOf = [...listOf(target['allOf']), ...listOf(part['allOf'])];
  return { ...target, ...part, properties, required, ...(allOf.length > 0 ? { allOf } : {}) };
}

function conditionalParts(schema: JsonObject, value: JsonObject): readonly JsonObject[] {
  const condition = schema['if'];
  if (!isJsonObject(condition)) return [];
  const chosen = satisfies(condition, value, 'an `if`') ? schema['then'] : schema['else'];
  return isJsonObject(chosen) ? [chosen] : [];
}

function dependentParts(schema: JsonObject, value: JsonObject): readonly JsonObject[] {
  const dependencies = isJsonObject(schema['dependencies']) ? schema['dependencies'] : {};
  return Object.entries(dependencies).flatMap(([field, dependency]): readonly JsonObject[] => {
    if (!Object.hasOwn(value, field)) return [];
    if (Array.isArray(dependency)) return [{ required: dependency }];
    if (!isJsonObject(dependency)) return [];
    const branches = listOf(dependency['oneOf']);
    if (branches.length === 0) return [dependency];
    const { oneOf: _branches, ...always } = dependency;
    const chosen = branches.find((branch) => chooses(branch, field, value));
    return chosen === undefined ? [always] : [always, chosen];
  });
}

/** A branch is chosen by what it demands of the field that the dependency is about. */
function chooses(branch: JsonObject, field: string, value: JsonObject): boolean {
  const demand = propertiesOf(branch)[field];
  return isJsonObject(demand) && satisfies(demand, value[field], `the branch for ${field}`);
}

function nestedProperties(schema: JsonObject, value: JsonObject): JsonObject {
  return Object.fromEntries(
    Object.entries(propertiesOf(schema)).map(([key, inner]) => {
      const nested = Object.hasOwn(value, key) ? value[key] : undefined;
      return isJsonObject(inner) && isStructural(inner) && isJsonObject(nested)
        ? [key, effectiveSchema(inner, nested)]
        : [key, inner];
    }),
  );
}

const mostRounds = 10;

/** Fills in defaults, also those of fields that a default brings in. */
export function withDefaults(schema: JsonObject, value: JsonObject): JsonObject {
  let current = value;
  for (let round = 0; round < mostRounds; round += 1) {
    const next = fill(effectiveSchema(schema, current), current);
    if (JSON.stringify(next) === JSON.stringify(current)) break;
    current = next;
  }
  return current;
}

function fill(schema: JsonObject, value: JsonObject): JsonObject {
  const filled: Record<string, JsonValue> = { ...value };
  for (const [key, inner] of Object.entries(propertiesOf(schema))) {
    if (!isJsonObject(inner)) continue;
    if (!Object.hasOwn(filled, key) && inner['default'] !== undefined)
      filled[key] = inner['default'];
    const nested = filled[key];
    if (inner['type'] !== 'object') continue;
    if (isJsonObject(nested)) filled[key] = withDefaults(inner, nested);
    else if (nested === undefined && Object.keys(withDefaults(inner, {})).length > 0) {
      filled[key] = withDefaults(inner, {});
    }
  }
  return filled;
}

/** The names of all fields that a schema may ever have, whatever is answered. */
export function possibleFields(schema: JsonObject): ReadonlySet<string> {
  const names = new Set(Object.keys(propertiesOf(schema)));
  const dependencies = isJsonObject(schema['dependencies'])
    ? Object.values(schema['dependencies'])
    : [];
  const branches = [schema['then'], schema['else'], ...dependencies].filter(isJsonObject);
  for (const inner of [
    ...branches,
    ...['allOf', 'anyOf', 'oneOf'].flatMap((key) => listOf(schema[key])),
  ]) {
    for (const name of possibleFields(inner)) names.add(name);
  }
  return names;
}
