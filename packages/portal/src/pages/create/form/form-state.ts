import { isObject } from './json-schema.ts';

/** What the fields of a form share. */
export interface FormState {
  readonly values: unknown;
  /** What is wrong, by path; only what the person should see now. */
  readonly flaws: ReadonlyMap<string, string>;
  readonly onChange: (path: readonly string[], value: unknown) => void;
  readonly onLeave: (path: readonly string[]) => void;
}

/** What a field shows; a value of another type than its field's is shown as JSON, so that it can be corrected. */
export function asText(value: unknown): string {
  if (value === undefined || value === null) return '';
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** A number when it is one; what is no number stays as typed, so that it can be corrected. */
export function asNumber(typed: string): unknown {
  const trimmed = typed.trim();
  if (trimmed === '') return undefined;
  return /^-?\d+(?:\.\d+)?$/.test(trimmed) ? Number(trimmed) : typed;
}

export const rowOf = (value: unknown): Readonly<Record<string, unknown>> =>
  isObject(value) ? value : {};
