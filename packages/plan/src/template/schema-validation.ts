import { PltfError } from '@pltf/contracts';
import { Ajv, type ErrorObject } from 'ajv';
import addFormats from 'ajv-formats';
import type { JsonObject, JsonValue } from './json.ts';

/** One violation of a JSON schema. */
export interface Violation {
  /** JSON pointer into the value; '' is the value itself. */
  readonly pointer: string;
  readonly keyword: string;
  readonly message: string;
  readonly params: Readonly<Record<string, unknown>>;
}

const mostViolations = 100;

/**
 * All violations of a schema (draft 7, with unknown keywords such as `ui:field` ignored). Throws
 * `template-invalid` naming `owner` when the schema itself cannot be used.
 */
export function violations(
  schema: JsonObject,
  value: JsonValue | undefined,
  owner: string,
): readonly Violation[] {
  const ajv = validator();
  const compiled = { ...schema };
  try {
    const validate = ajv.compile(compiled);
    if (validate(value ?? null)) return [];
    return (validate.errors ?? []).slice(0, mostViolations).map(violation);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    throw new PltfError('template-invalid', {
      detail: `The schema of ${owner} cannot be used: ${message}`,
      fix: 'The platform team mends this JSON schema.',
      cause: error,
    });
  } finally {
    ajv.removeSchema(compiled);
  }
}

let made: Ajv | undefined;

/** One validator for all: making one costs 15 ms, for it compiles the schema of schemas. It keeps nothing. */
function validator(): Ajv {
  if (made !== undefined) return made;
  // Patterns in the wild are often invalid with the `u` flag.
  made = new Ajv({ allErrors: true, strict: false, unicodeRegExp: false, logger: false });
  addFormats.default(made);
  return made;
}

const violation = ({ instancePath, keyword, message, params }: ErrorObject): Violation => ({
  pointer: instancePath,
  keyword,
  message: message ?? `fails ${keyword}`,
  params: params as Readonly<Record<string, unknown>>,
});

/** Whether a value satisfies a schema. */
export const satisfies = (
  schema: JsonObject,
  value: JsonValue | undefined,
  owner: string,
): boolean => violations(schema, value, owner).length === 0;

/** A value that fits a schema: what the outputs of a skipped action look like in a dry run. */
export function exampleOf(schema: JsonValue | undefined): JsonValue {
  if (typeof schema !== 'object' || schema === null || Array.isArray(schema)) return '<unknown>';
  const { examples, type, properties, items } = schema as JsonObject;
  if (Array.isArray(examples) && examples[0] !== undefined) return examples[0] as JsonValue;
  switch (type) {
    case 'object':
      return Object.fromEntries(
        Object.entries((properties ?? {}) as JsonObject).map(([key, inner]) => [
          key,
          exampleOf(inner),
        ]),
      );
    case 'array': {
      const first = Array.isArray(items) ? (items[0] as JsonValue | undefined) : items;
      return first === undefined ? [] : [exampleOf(first)];
    }
    case 'string':
      return '<example>';
    case 'number':
    case 'integer':
      return 0;
    case 'boolean':
      return false;
    default:
      return '<unknown>';
  }
}
