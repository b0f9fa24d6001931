import {
  child,
  children,
  isObject,
  number,
  type Schema,
  strings,
  text,
  typeOf,
  type Values,
} from './json-schema.ts';
import { activeSchema } from './schema-check.ts';

export type Control =
  | 'text'
  | 'password'
  | 'textarea'
  | 'number'
  | 'toggle'
  | 'select'
  | 'radio'
  | 'checks'
  | 'list'
  | 'rows'
  | 'group';

export interface Choice {
  readonly value: unknown;
  readonly label: string;
}

/** One field of a form, ready to be drawn. */
export interface FormField {
  readonly path: readonly string[];
  readonly label: string;
  readonly help: string | undefined;
  readonly placeholder: string | undefined;
  readonly required: boolean;
  readonly autofocus: boolean;
  readonly readOnly: boolean;
  readonly control: Control;
  readonly choices: readonly Choice[];
  /** Of a group; of `rows`, the fields of one row with paths below it. */
  readonly fields: readonly FormField[];
  readonly schema: Schema;
}

export interface FormPage {
  readonly title: string | undefined;
  readonly description: string | undefined;
  readonly fields: readonly FormField[];
}

/** A template's pages for the values typed so far. Fields that the portal asks itself are left out. */
export function formPages(
  pages: readonly Schema[],
  values: Values,
  own: (name: string, schema: Schema) => boolean,
): readonly FormPage[] {
  return pages
    .map((page) => ({
      title: text(page, 'title'),
      description: text(page, 'description'),
      fields: fieldsOf(page, values, []).filter(({ path, schema }) => !own(path[0] ?? '', schema)),
    }))
    .filter(({ fields }) => fields.length > 0);
}

function fieldsOf(schema: Schema, values: Values, path: readonly string[]): readonly FormField[] {
  const { properties, required } = activeSchema(schema, values);
  const fields = Object.entries(properties)
    .filter(([, property]) => text(property, 'ui:widget') !== 'hidden')
    .map(([name, property]) => {
      const value = values[name];
      const inside = isObject(value) ? value : {};
      return fieldOf(property, [...path, name], required.includes(name), inside);
    });
  return inOrder(fields, strings(schema, 'ui:order'));
}

/** `ui:order` names fields; those it does not name stand where `*` is, or at the end. */
function inOrder(fields: readonly FormField[], order: readonly string[]): readonly FormField[] {
  if (order.length === 0) return fields;
  const star = order.includes('*') ? order.indexOf('*') : order.length;
  const place = (field: FormField): number => {
    const index = order.indexOf(field.path.at(-1) ?? '');
    return index < 0 ? star : index;
  };
  return fields.toSorted((one, other) => place(one) - place(other));
}

function fieldOf(
  schema: Schema,
  path: readonly string[],
  required: boolean,
  inside: Values,
): FormField {
  const control = controlOf(schema);
  const name = path.at(-1) ?? '';
  return {
    path,
    label: text(schema, 'title') ?? words(name),
    help: text(schema, 'description') ?? text(schema, 'ui:help'),
    placeholder: text(schema, 'ui:placeholder') ?? firstExample(schema),
    required,
    autofocus: schema['ui:autofocus'] === true,
    readOnly:
      schema['readOnly'] === true ||
      schema['ui:readonly'] === true ||
      schema['ui:disabled'] === true,
    control,
    choices: choicesOf(control === 'checks' ? (child(schema, 'items') ?? {}) : schema),
    fields: control === 'group' ? fieldsOf(schema, inside, path) : [],
    schema,
  };
}

/** The fields of one row of a list of objects. */
export const rowFields = (field: FormField, index: number, row: Values): readonly FormField[] =>
  fieldsOf(child(field.schema, 'items') ?? {}, row, [...field.path, String(index)]);

function controlOf(schema: Schema): Control {
  const widget = text(schema, 'ui:widget');
  const type = typeOf(schema);
  if (type === 'object') return 'group';
  if (type === 'array') return listControl(child(schema, 'items') ?? {});
  if (choicesOf(schema).length > 0) return widget === 'radio' ? 'radio' : 'select';
  if (type === 'boolean') return 'toggle';
  if (type === 'number' || type === 'integer') return 'number';
  const secret = widget === 'password' || text(schema, 'ui:field') === 'Secret';
  if (secret) return 'password';
  return widget === 'textarea' || (number(schema, 'maxLength') ?? 0) > 300 ? 'textarea' : 'text';
}

function listControl(item: Schema): Control {
  if (choicesOf(item).length > 0) return 'checks';
  return typeOf(item) === 'object' ? 'rows' : 'list';
}

/** From `enum` (with `enumNames`), or `oneOf`/`anyOf` of constants with titles. */
function choicesOf(schema: Schema): readonly Choice[] {
  const values = schema['enum'];
  if (Array.isArray(values)) {
    const names = strings(schema, 'enumNames');
    return values.map((value: unknown, index) => ({ value, label: names[index] ?? String(value) }));
  }
  return [...children(schema, 'oneOf'), ...children(schema, 'anyOf')]
    .filter((option) => 'const' in option)
    .map((option) => ({
      value: option['const'],
      label: text(option, 'title') ?? String(option['const']),
    }));
}

function firstExample(schema: Schema): string | undefined {
  const examples = schema['examples'];
  return Array.isArray(examples) && examples[0] !== undefined ? String(examples[0]) : undefined;
}

/** `databaseName` and `database_name` read as `Database name`. */
export function words(name: string): string {
  const spaced = name
    .replace(/([a-z0-9])([A-Z])/g, '$1 $2')
    .replace(/[_-]+/g, ' ')
    .toLowerCase()
    .trim();
  return spaced.charAt(0).toUpperCase() + spaced.slice(1);
}
