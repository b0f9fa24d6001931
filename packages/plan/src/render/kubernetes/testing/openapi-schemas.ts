import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { addedSchemas, type Shape } from './added-schemas.ts';

/**
 * Checks objects against Kubernetes' own OpenAPI definitions (v1.34), as the generated models of the package
 * `@kubernetes/client-node` carry them: every field known, required ones there, types and integers right.
 */
const models = join(
  nodeModules(dirname(fileURLToPath(import.meta.url))),
  '@kubernetes/client-node/dist/gen/models',
);

function nodeModules(folder: string): string {
  const here = join(folder, 'node_modules');
  if (existsSync(join(here, '@kubernetes/client-node'))) return here;
  if (dirname(folder) === folder) throw new Error('@kubernetes/client-node is not installed');
  return nodeModules(dirname(folder));
}

const known = new Map<string, Shape>();

/** The definition of a type like `V1PodSpec`; throws when there is none, so that a check never passes unseen. */
function shapeOf(type: string): Shape {
  const cached = addedSchemas[type] ?? known.get(type);
  if (cached !== undefined) return cached;
  const declared = readFileSync(join(models, `${type}.d.ts`), 'utf8');
  const generated = readFileSync(join(models, `${type}.js`), 'utf8');
  const shape: Record<string, { type: string; required: boolean; integer: boolean }> = {};
  for (const [, name = '', baseName = '', fieldType = '', format = ''] of generated.matchAll(
    /"name": "([^"]+)",\s*"baseName": "([^"]+)",\s*"type": "([^"]+)",\s*"format": "([^"]*)"/g,
  )) {
    const declaration = new RegExp(`^ {4}'${name.replace('$', '\\$')}'(\\??): `, 'm').exec(
      declared,
    );
    if (declaration === null) throw new Error(`${type}.${name} is not declared`);
    shape[baseName] = {
      type: fieldType,
      required: declaration[1] === '',
      integer: format.startsWith('int'),
    };
  }
  if (Object.keys(shape).length === 0) throw new Error(`${type} has no fields`);
  known.set(type, shape);
  return shape;
}

interface AnyObject {
  readonly apiVersion: string;
  readonly kind: string;
}

/** What an API server would refuse in the object's shape, each with its path; empty when it is sound. */
export function schemaProblems(object: AnyObject): readonly string[] {
  const added = addedSchemas[`${object.apiVersion}/${object.kind}`];
  const version = object.apiVersion.split('/').at(-1) ?? '';
  const type = `${version.charAt(0).toUpperCase()}${version.slice(1)}${object.kind}`;
  return checkFields(added ?? shapeOf(type), object, object.kind);
}

function checkFields(shape: Shape, value: unknown, path: string): readonly string[] {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    return [`${path} is no object`];
  const problems: string[] = [];
  for (const [key, member] of Object.entries(value)) {
    const field = shape[key];
    if (field === undefined) problems.push(`${path}.${key} is unknown`);
    else problems.push(...checkType(field.type, member, `${path}.${key}`, field.integer));
  }
  for (const [key, field] of Object.entries(shape))
    if (field.required && !Object.hasOwn(value, key)) problems.push(`${path}.${key} is missing`);
  return problems;
}

function checkType(
  type: string | Shape,
  value: unknown,
  path: string,
  integer = false,
): readonly string[] {
  if (typeof type !== 'string') return checkFields(type, value, path);
  const item = /^Array<(.+)>$/.exec(type)?.[1];
  if (item !== undefined) {
    if (!Array.isArray(value)) return [`${path} is no list`];
    return value.flatMap((one, index) => checkType(item, one, `${path}[${index}]`, integer));
  }
  const entry = /^\{ \[key: string\]: (.+); \}$/.exec(type)?.[1];
  if (entry !== undefined) {
    if (typeof value !== 'object' || value === null || Array.isArray(value))
      return [`${path} is no map`];
    return Object.entries(value).flatMap(([key, one]) => checkType(entry, one, `${path}.${key}`));
  }
  switch (type) {
    case 'any':
      return [];
    case 'IntOrString':
      return typeof value === 'string' || Number.isInteger(value)
        ? []
        : [`${path} is no integer or string`];
    case 'string':
    case 'boolean':
      return typeof value === type ? [] : [`${path} is no ${type}`];
    case 'number':
      return typeof value === 'number' && (!integer || Number.isInteger(value))
        ? []
        : [`${path} is no ${type}`];
    default:
      return checkFields(shapeOf(type), value, path);
  }
}
