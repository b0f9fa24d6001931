/** A JSON Schema as templates write it, read key by key: unknown keys are tolerated. */
export type Schema = Readonly<Record<string, unknown>>;
export type Values = Readonly<Record<string, unknown>>;

export const isObject = (value: unknown): value is Schema =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

export const text = (schema: Schema, key: string): string | undefined => {
  const value = schema[key];
  return typeof value === 'string' && value !== '' ? value : undefined;
};

export const number = (schema: Schema, key: string): number | undefined => {
  const value = schema[key];
  return typeof value === 'number' ? value : undefined;
};

export const child = (schema: Schema, key: string): Schema | undefined => {
  const value = schema[key];
  return isObject(value) ? value : undefined;
};

export const children = (schema: Schema, key: string): readonly Schema[] => {
  const value = schema[key];
  return Array.isArray(value) ? value.filter(isObject) : [];
};

export const strings = (schema: Schema, key: string): readonly string[] => {
  const value = schema[key];
  return Array.isArray(value) ? value.filter((item) => typeof item === 'string') : [];
};

/** The type; where a template left it out, what its other keywords say. `[string, null]` is a string. */
export function typeOf(schema: Schema): string {
  const type = schema['type'];
  if (typeof type === 'string') return type;
  if (Array.isArray(type)) return String(type.find((item) => item !== 'null') ?? 'string');
  if ('properties' in schema) return 'object';
  if ('items' in schema) return 'array';
  const example = 'const' in schema ? schema['const'] : schema['default'];
  if (typeof example === 'boolean') return 'boolean';
  if (typeof example === 'number') return 'number';
  return 'string';
}

/** Equal as JSON values. */
export const same = (one: unknown, other: unknown): boolean =>
  one === other || JSON.stringify(one) === JSON.stringify(other);

/** Nothing entered: absent, an empty text or an empty list. */
export const isEmpty = (value: unknown): boolean =>
  value === undefined ||
  value === null ||
  value === '' ||
  (Array.isArray(value) && value.length === 0);
