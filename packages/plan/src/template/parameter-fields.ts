import { parameterPages, type TemplateDocument } from './document.ts';
import { flagged, type ParameterOptions } from './feature-flags.ts';
import { isJsonObject, type JsonObject, type JsonValue } from './json.ts';

/** One field of a golden path's form: what a command line or a page needs to ask for it. */
export interface ParameterField {
  readonly name: string;
  readonly title: string;
  readonly description?: string;
  /** The page of the form, from 0. */
  readonly page: number;
  readonly type: string;
  readonly required: boolean;
  readonly default?: JsonValue;
  readonly choices?: readonly ParameterChoice[];
  /** How it is entered: `password`, `textarea`, `OwnerPicker`, `RepoUrlPicker` … */
  readonly widget?: string;
  readonly help?: string;
  /** Only asked when another field has one of these values. */
  readonly when?: { readonly field: string; readonly values: readonly JsonValue[] };
  /** The field's own JSON schema, for limits and patterns. */
  readonly schema: JsonObject;
}

export interface ParameterChoice {
  readonly value: JsonValue;
  readonly label: string;
}

/** All fields of a template in the order of the form, those of conditional branches included. */
export function parameterFields(
  template: TemplateDocument,
  options: ParameterOptions = {},
): readonly ParameterField[] {
  return parameterPages(template).flatMap((page, index) =>
    flagged(page, options.featureFlags ?? []).flatMap((visible) => fieldsOf(visible, index)),
  );
}

type Condition = NonNullable<ParameterField['when']>;

function fieldsOf(schema: JsonObject, page: number, when?: Condition): readonly ParameterField[] {
  const properties = isJsonObject(schema['properties']) ? schema['properties'] : {};
  const required = Array.isArray(schema['required']) ? schema['required'] : [];
  const fields = Object.entries(properties)
    .filter(([name]) => name !== when?.field)
    .flatMap(([name, inner]) =>
      isJsonObject(inner) ? [fieldOf(name, inner, page, required.includes(name), when)] : [],
    );
  return [...fields, ...dependentFields(schema, page)];
}

function dependentFields(schema: JsonObject, page: number): readonly ParameterField[] {
  const dependencies = isJsonObject(schema['dependencies']) ? schema['dependencies'] : {};
  return Object.entries(dependencies).flatMap(([field, dependency]) => {
    if (!isJsonObject(dependency) || !Array.isArray(dependency['oneOf'])) return [];
    return dependency['oneOf'].filter(isJsonObject).flatMap((branch) => {
      const decider = isJsonObject(branch['properties']) ? branch['properties'][field] : undefined;
      return fieldsOf(branch, page, { field, values: valuesOf(decider) });
    });
  });
}

function valuesOf(schema: JsonValue | undefined): readonly JsonValue[] {
  if (!isJsonObject(schema)) return [];
  if (Array.isArray(schema['enum'])) return schema['enum'];
  return schema['const'] === undefined ? [] : [schema['const']];
}

function fieldOf(
  name: string,
  schema: JsonObject,
  page: number,
  required: boolean,
  when: Condition | undefined,
): ParameterField {
  const choices = choicesOf(schema);
  return {
    name,
    title: textOf(schema['title']) ?? name,
    page,
    type: textOf(schema['type']) ?? 'string',
    required,
    schema,
    ...optional('description', textOf(schema['description'])),
    ...optional('default', schema['default']),
    ...optional('choices', choices.length > 0 ? choices : undefined),
    ...optional('widget', textOf(schema['ui:field']) ?? textOf(schema['ui:widget'])),
    ...optional('help', textOf(schema['ui:help'])),
    ...optional('when', when),
  };
}

function choicesOf(schema: JsonObject): readonly ParameterChoice[] {
  const labels = Array.isArray(schema['enumNames']) ? schema['enumNames'] : [];
  return valuesOf(Array.isArray(schema['enum']) ? schema : undefined).map((value, index) => ({
    value,
    label: textOf(labels[index]) ?? (typeof value === 'string' ? value : JSON.stringify(value)),
  }));
}

const textOf = (value: JsonValue | undefined): string | undefined =>
  typeof value === 'string' && value !== '' ? value : undefined;

const optional = <K extends string, V>(key: K, value: V | undefined): Partial<Record<K, V>> =>
  value === undefined ? {} : ({ [key]: value } as Partial<Record<K, V>>);

/**
 * Turns text from a command line into what the form's types ask for: `8080` a number, `true` a boolean, `a,b` a
 * list. Text that is no such value stays text, so that validation can say what is wrong.
 */
export function parametersFromText(
  fields: readonly ParameterField[],
  given: Readonly<Record<string, string>>,
): JsonObject {
  const types = new Map(fields.map((field) => [field.name, field.type]));
  return Object.fromEntries(
    Object.entries(given).map(([name, text]) => [name, valueOf(text, types.get(name))]),
  );
}

function valueOf(text: string, type: string | undefined): JsonValue {
  const trimmed = text.trim();
  switch (type) {
    case 'integer':
    case 'number':
      return trimmed !== '' && Number.isFinite(Number(trimmed)) ? Number(trimmed) : text;
    case 'boolean':
      return trimmed === 'true' ? true : trimmed === 'false' ? false : text;
    case 'array':
      return trimmed === '' ? [] : trimmed.split(',').map((item) => item.trim());
    default:
      return text;
  }
}
