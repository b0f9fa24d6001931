import { parseAllDocuments } from 'yaml';

/** Reads a file of a suite by its path with `/`; undefined when there is none. */
export type ReadFile = (path: string) => string | undefined;

export type Json = Readonly<Record<string, unknown>>;

const largestFile = 2_000_000;

/** The path that a file names, seen from the folder that it is in. */
export function beside(file: string, relative: string): string {
  const parts = file.split('/').slice(0, -1);
  for (const part of relative.split('/')) {
    if (part === '..' && parts.length > 0 && parts.at(-1) !== '..') parts.pop();
    else if (part !== '.' && part !== '') parts.push(part);
  }
  return `${file.startsWith('/') && parts[0] !== '' ? '/' : ''}${parts.join('/')}`;
}

/** The objects of a YAML file, those of a `List` one by one; throws an `Error` that says what is wrong with it. */
export function readObjects(read: ReadFile, path: string): readonly Json[] {
  const text = read(path);
  if (text === undefined) throw new Error(`there is no file ${path}`);
  if (text.length > largestFile)
    throw new Error(`${path} is larger than ${largestFile} characters`);
  return parseAllDocuments(text).flatMap((document) => {
    if ('errors' in document && document.errors[0] !== undefined)
      throw new Error(`${path}: ${document.errors[0].message}`);
    const value: unknown = document.toJS({ maxAliasCount: 100 });
    if (!isObject(value)) return [];
    return value.kind === 'List' ? listOf(value.items).filter(isObject) : [value];
  });
}

export function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function objectOf(value: unknown): Json {
  return isObject(value) ? value : {};
}

export function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

export function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

/** A scalar as text, `''` for anything else. */
export function scalarText(value: unknown): string {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
    ? String(value)
    : '';
}

export function textsOf(value: unknown): readonly string[] {
  return listOf(value).filter((item) => typeof item === 'string');
}

/** Follows keys into an object. */
export function at(value: unknown, ...keys: readonly string[]): unknown {
  return keys.reduce<unknown>((inner, key) => (isObject(inner) ? inner[key] : undefined), value);
}
