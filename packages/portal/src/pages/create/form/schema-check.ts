import {
  child,
  children,
  isEmpty,
  isObject,
  number,
  type Schema,
  same,
  strings,
  text,
  typeOf,
  type Values,
} from './json-schema.ts';

/** What is wrong at one place; `where` is a path like `port` or `owner.email` or `hosts.0`. */
export interface Flaw {
  readonly where: string;
  readonly message: string;
}

type Path = readonly (string | number)[];
const flaw = (path: Path, message: string): Flaw => ({ where: path.join('.'), message });

/** Everything wrong with a value, in words for the person who typed it. */
export function check(schema: Schema, value: unknown, path: Path = []): readonly Flaw[] {
  if (isEmpty(value)) return [];
  if ('const' in schema && !same(schema['const'], value)) {
    return [flaw(path, `must be ${JSON.stringify(schema['const'])}`)];
  }
  const allowed = schema['enum'];
  if (Array.isArray(allowed) && !allowed.some((item) => same(item, value))) {
    return [flaw(path, `choose one of ${allowed.join(', ')}`)];
  }
  switch (typeOf(schema)) {
    case 'string':
      return checkText(schema, value, path);
    case 'number':
    case 'integer':
      return checkNumber(schema, value, path);
    case 'boolean':
      return typeof value === 'boolean' ? [] : [flaw(path, 'must be yes or no')];
    case 'array':
      return checkList(schema, value, path);
    default:
      return checkObject(schema, value, path);
  }
}

function checkText(schema: Schema, value: unknown, path: Path): readonly Flaw[] {
  if (typeof value !== 'string') return [flaw(path, 'must be text')];
  const least = number(schema, 'minLength');
  if (least !== undefined && value.length < least)
    return [flaw(path, `at least ${least} characters`)];
  const most = number(schema, 'maxLength');
  if (most !== undefined && value.length > most) return [flaw(path, `at most ${most} characters`)];
  const pattern = text(schema, 'pattern');
  if (pattern === undefined || matchesPattern(pattern, value)) return [];
  return [flaw(path, patternMessage(schema) ?? `must match ${pattern}`)];
}

/** A template's own words for its pattern: ajv-errors' `errorMessage`, or the field's help. */
function patternMessage(schema: Schema): string | undefined {
  const messages = child(schema, 'errorMessage');
  if (messages !== undefined) return text(messages, 'pattern');
  return text(schema, 'errorMessage') ?? text(schema, 'ui:help');
}

function matchesPattern(pattern: string, value: string): boolean {
  try {
    return new RegExp(pattern, 'u').test(value);
  } catch {
    // A pattern of another dialect cannot be judged here; the server's plan decides.
    return true;
  }
}

function checkNumber(schema: Schema, value: unknown, path: Path): readonly Flaw[] {
  if (typeof value !== 'number' || Number.isNaN(value)) return [flaw(path, 'must be a number')];
  if (typeOf(schema) === 'integer' && !Number.isInteger(value)) {
    return [flaw(path, 'must be a whole number')];
  }
  const least = number(schema, 'minimum');
  const most = number(schema, 'maximum');
  if (least !== undefined && most !== undefined && (value < least || value > most)) {
    return [flaw(path, `between ${least} and ${most}`)];
  }
  if (least !== undefined && value < least) return [flaw(path, `at least ${least}`)];
  if (most !== undefined && value > most) return [flaw(path, `at most ${most}`)];
  const above = number(schema, 'exclusiveMinimum');
  if (above !== undefined && value <= above) return [flaw(path, `more than ${above}`)];
  const below = number(schema, 'exclusiveMaximum');
  if (below !== undefined && value >= below) return [flaw(path, `less than ${below}`)];
  const step = number(schema, 'multipleOf');
  return step === undefined || Number.isInteger(value / step)
    ? []
    : [flaw(path, `a multiple of ${step}`)];
}

function checkList(schema: Schema, value: unknown, path: Path): readonly Flaw[] {
  if (!Array.isArray(value)) return [flaw(path, 'must be a list')];
  const least = number(schema, 'minItems');
  if (least !== undefined && value.length < least) return [flaw(path, `at least ${least}`)];
  const most = number(schema, 'maxItems');
  if (most !== undefined && value.length > most) return [flaw(path, `at most ${most}`)];
  const distinct = new Set(value.map((item) => JSON.stringify(item)));
  if (schema['uniqueItems'] === true && distinct.size < value.length) {
    return [flaw(path, 'each only once')];
  }
  const item = child(schema, 'items');
  return item === undefined
    ? []
    : value.flatMap((each, index) => check(item, each, [...path, index]));
}

function checkObject(schema: Schema, value: unknown, path: Path): readonly Flaw[] {
  if (!isObject(value)) return [flaw(path, 'must be filled in')];
  const active = activeSchema(schema, value);
  const missing = active.required
    .filter((name) => isEmpty(value[name]))
    .map((name) => flaw([...path, name], 'needed'));
  const wrong = Object.entries(active.properties).flatMap(([name, property]) =>
    check(property, value[name], [...path, name]),
  );
  return [...missing, ...wrong];
}

const matches = (schema: Schema, value: Values): boolean =>
  check({ type: 'object', ...schema }, value).length === 0 && constantsPresent(schema, value);

/** In a condition an absent field does not equal a constant, although an empty field is no flaw. */
const constantsPresent = (schema: Schema, value: Values): boolean =>
  Object.entries(child(schema, 'properties') ?? {}).every(
    ([name, property]) =>
      !isObject(property) || !('const' in property || 'enum' in property) || !isEmpty(value[name]),
  );

/** `{const: true}` or `{enum: [1, 2]}` and nothing else: no field, but the condition of a branch. */
const isBare = (property: Schema): boolean =>
  ('const' in property || 'enum' in property) &&
  Object.keys(property).every((key) => /^(?:const|enum|type)$/.test(key));

/** A branch is chosen by the fields it fixes to constants; what else it asks for is asked once it is open. */
function fits(option: Schema, value: Values): boolean {
  const deciding = Object.entries(child(option, 'properties') ?? {}).filter(
    ([, property]) => isObject(property) && isBare(property),
  );
  if (deciding.length === 0) return matches(option, value);
  return matches({ properties: Object.fromEntries(deciding) }, value);
}

export interface ActiveSchema {
  readonly properties: Readonly<Record<string, Schema>>;
  readonly required: readonly string[];
}

/** The fields that a form shows for these values: conditions (`if`, `dependencies`, `allOf`) decided. */
export function activeSchema(schema: Schema, value: Values): ActiveSchema {
  const properties: Record<string, Schema> = {};
  const required = new Set<string>();
  const add = (part: Schema): void => {
    for (const [name, property] of Object.entries(child(part, 'properties') ?? {})) {
      // A branch repeats its deciding field as a bare constant; the field itself is there already.
      const repeated = isObject(property) && isBare(property) && name in properties;
      if (isObject(property) && !repeated) properties[name] = property;
    }
    for (const name of strings(part, 'required')) required.add(name);
    for (const branch of branchesOf(part, value)) add(branch);
  };
  add(schema);
  return { properties, required: [...required] };
}

function branchesOf(schema: Schema, value: Values): readonly Schema[] {
  const branches: Schema[] = [...children(schema, 'allOf')];
  const condition = child(schema, 'if');
  if (condition !== undefined) {
    const branch = child(schema, matches(condition, value) ? 'then' : 'else');
    if (branch !== undefined) branches.push(branch);
  }
  for (const key of ['oneOf', 'anyOf']) {
    const fitting = children(schema, key).find((option) => fits(option, value));
    if (fitting !== undefined) branches.push(fitting);
  }
  for (const key of ['dependencies', 'dependentSchemas', 'dependentRequired']) {
    for (const [name, dependent] of Object.entries(child(schema, key) ?? {})) {
      if (isEmpty(value[name])) continue;
      if (Array.isArray(dependent)) branches.push({ required: dependent });
      else if (isObject(dependent)) branches.push(dependent);
    }
  }
  return branches;
}
