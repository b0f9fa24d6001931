import { fail } from '../evaluation/frame.ts';
import { type CelData, CelList, CelOpaque, typeName } from '../values/cel-value.ts';

/** The values that a function was called on, as the kinds that it takes; anything else fails. */
export function needText(value: CelData | undefined, what: string): string {
  if (typeof value === 'string') return value;
  return unsuitable(value, what, 'string');
}

export function needInt(value: CelData | undefined, what: string): bigint {
  if (typeof value === 'bigint') return value;
  return unsuitable(value, what, 'int');
}

/** A whole number that fits into an index. */
export function needIndex(value: CelData | undefined, what: string): number {
  const index = needInt(value, what);
  if (index > 0xffff_ffffn || index < -0xffff_ffffn) fail(`${what}: ${index} is out of range`);
  return Number(index);
}

export function needList(value: CelData | undefined, what: string): CelList {
  if (value instanceof CelList) return value;
  return unsuitable(value, what, 'list');
}

export function needBool(value: CelData | undefined, what: string): boolean {
  if (typeof value === 'boolean') return value;
  return unsuitable(value, what, 'bool');
}

/** A value of a Kubernetes type that was made by the guard's own library. */
export function needOpaque<Held>(
  value: CelData | undefined,
  type: string,
  what: string,
): CelOpaque<Held> {
  // The type's name is set by the one library that makes such values, always with the same shape held.
  if (value instanceof CelOpaque && value.type === type) return value as CelOpaque<Held>;
  return unsuitable(value, what, type);
}

export function unsuitable(value: CelData | undefined, what: string, wanted: string): never {
  const found = value === undefined ? 'nothing' : typeName(value);
  return fail(`no such overload: ${what} takes ${wanted}, not ${found}`);
}
