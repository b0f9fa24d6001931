import { type ErrorItem, PltfError } from '@pltf/contracts';
import { nearest } from '../nearest.ts';
import { parameterPages, type TemplateDocument } from './document.ts';
import { effectiveSchema, possibleFields, withDefaults } from './effective-schema.ts';
import { flagged, type ParameterOptions } from './feature-flags.ts';
import { isJsonObject, type JsonObject, type JsonValue } from './json.ts';
import { join, shapeProblems } from './parameter-shape.ts';
import { type Violation, violations } from './schema-validation.ts';

/**
 * Checks what a user gave against the template and fills in defaults. Throws `parameters-invalid` with every
 * problem at once: the field, what is wrong, and how to solve it.
 */
export function validateParameters(
  template: TemplateDocument,
  given: JsonObject,
  options: ParameterOptions = {},
): JsonObject {
  const shape = shapeProblems(given);
  if (shape.length > 0) throw invalid(template, shape);
  const pages = parameterPages(template).flatMap((page) =>
    flagged(page, options.featureFlags ?? []),
  );
  // Fields of one page may decide about another, so all pages are one form.
  const form: JsonObject = { allOf: pages.map((page) => ({ properties: {}, ...page })) };
  const values = withDefaults(form, given);
  const schema = effectiveSchema(form, values);
  const found = violations({ ...schema, type: 'object' }, values, 'the parameters');
  const problems = [
    ...unknownFields(pages, schema, values),
    ...withoutConsequences(found).map((violation) => explain(violation, schema, values)),
  ];
  if (problems.length > 0) throw invalid(template, withoutEchoes(problems));
  return values;
}

const invalid = (template: TemplateDocument, errors: readonly ErrorItem[]): PltfError =>
  new PltfError('parameters-invalid', {
    detail:
      `${template.metadata.name}: ${errors.map(({ where, message }) => `${where} ${message}`).join('; ')}`.slice(
        0,
        1000,
      ),
    errors,
  });

function unknownFields(
  pages: readonly JsonObject[],
  schema: JsonObject,
  values: JsonObject,
): readonly ErrorItem[] {
  if (pages.some((page) => page['additionalProperties'] === true)) return [];
  const active = Object.keys(schema['properties'] as JsonObject);
  const possible = new Set(pages.flatMap((page) => [...possibleFields(page)]));
  return Object.keys(values)
    .filter((name) => !active.includes(name))
    .map((name): ErrorItem => {
      const where = name.slice(0, 100);
      if (possible.has(name)) {
        return { where, message: 'does not apply with these answers', fix: 'Leave it out.' };
      }
      const meant = nearest(where, possible);
      const fix =
        meant === undefined ? `There are: ${[...possible].join(', ')}.` : `Did you mean ${meant}?`;
      return { where, message: 'is not a parameter of this template', fix };
    });
}

/** A value of the wrong type fails everything else too; its type is what there is to say. */
function withoutConsequences(found: readonly Violation[]): readonly Violation[] {
  const mistyped = new Set(
    found.filter(({ keyword }) => keyword === 'type').map(({ pointer }) => pointer),
  );
  return found.filter(({ keyword, pointer }) => keyword === 'type' || !mistyped.has(pointer));
}

/** A composed keyword (`allOf`, `if`) only repeats what its parts say. */
function withoutEchoes(problems: readonly ErrorItem[]): readonly ErrorItem[] {
  const unique = new Map(problems.map((item) => [`${item.where}\n${item.message}`, item]));
  return [...unique.values()].slice(0, 100);
}

function explain(violation: Violation, schema: JsonObject, values: JsonObject): ErrorItem {
  const path = violation.pointer
    .split('/')
    .slice(1)
    .map((part) => part.replace(/~1/g, '/').replace(/~0/g, '~'));
  const missing = violation.params['missingProperty'];
  const fields = typeof missing === 'string' ? [...path, missing] : path;
  const field = fieldAt(schema, fields);
  const where = fields.reduce(join, '') || 'parameters';
  return { where, ...remedy(violation, field, valueAt(values, path)) };
}

function fieldAt(schema: JsonObject, path: readonly string[]): JsonObject {
  let current: JsonObject = schema;
  for (const part of path) {
    const next =
      /^\d+$/.test(part) && isJsonObject(current['items'])
        ? current['items']
        : (current['properties'] as JsonObject | undefined)?.[part];
    if (!isJsonObject(next)) return {};
    current = next;
  }
  return current;
}

function valueAt(values: JsonValue, path: readonly string[]): JsonValue | undefined {
  let current: JsonValue | undefined = values;
  for (const part of path) {
    if (typeof current !== 'object' || current === null || !Object.hasOwn(current, part))
      return undefined;
    current = (current as JsonObject)[part];
  }
  return current;
}

const textOf = (value: JsonValue | undefined): string => (typeof value === 'string' ? value : '');

/** What the form says of the field: its own words are the best remedy. */
const hint = (field: JsonObject): string =>
  textOf(field['ui:help']) || textOf(field['description']) || textOf(field['title']);

function remedy(
  { keyword, message, params }: Violation,
  field: JsonObject,
  value: JsonValue | undefined,
): Pick<ErrorItem, 'message' | 'fix'> {
  switch (keyword) {
    case 'required':
      return { message: 'is missing', fix: hint(field) || 'Give a value.' };
    case 'type':
      return { message, fix: `Give a value of type ${String(params['type'])}.` };
    case 'enum': {
      const allowed = (params['allowedValues'] as readonly unknown[]).map(String);
      const meant = typeof value === 'string' ? nearest(value, allowed) : undefined;
      const choices = `Choose one of ${allowed.join(', ')}.`;
      return {
        message: 'is not one of the choices',
        fix: meant === undefined ? choices : `Did you mean ${meant}? ${choices}`,
      };
    }
    case 'const':
      return { message, fix: `Give ${JSON.stringify(params['allowedValue'])}.` };
    case 'pattern':
      return {
        message: 'is not written as it must be',
        fix: hint(field) || `It must match ${String(params['pattern'])}.`,
      };
    case 'additionalProperties':
      return {
        message: `has the unknown key ${String(params['additionalProperty']).slice(0, 100)}`,
        fix: 'Leave it out.',
      };
    default:
      return { message, fix: hint(field) || 'Change the value.' };
  }
}
