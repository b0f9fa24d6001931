import { charge, type Frame, fail, weight } from '../evaluation/frame.ts';
import {
  type CelData,
  CelDuration,
  CelLazyMap,
  CelList,
  CelMap,
  CelTimestamp,
  CelType,
  CelUint,
  typeName,
} from '../values/cel-value.ts';
import { keysOf, mapGet, materialise } from '../values/maps.ts';
import { durationText, timestampText } from '../values/times.ts';

const largestPrecision = 1000;

/** `'%s has %d'.format([name, count])`: `%s %d %f %e %b %x %X %o %%`, with a precision like `%.3f`. */
export function formatText(frame: Frame, format: string, values: readonly CelData[]): string {
  let used = 0;
  const text = format.replaceAll(
    /%(?:(%)|(?:\.(\d*))?(.)?)/gsu,
    (_all, percent, precision, verb) => {
      if (percent !== undefined) return '%';
      const value = values[used];
      if (value === undefined) fail(`index ${used} out of range: format() has too few values`);
      used += 1;
      charge(frame, 1 + weight(value));
      const digits = precision === undefined ? 6 : Number(precision);
      if (digits > largestPrecision) fail(`a precision of more than ${largestPrecision} digits`);
      const piece = formatOne(frame, String(verb ?? ''), value, digits, precision !== undefined);
      charge(frame, Math.ceil(piece.length / 10));
      return piece;
    },
  );
  if (used < values.length) fail('format() has too many values');
  return text;
}

function formatOne(
  frame: Frame,
  verb: string,
  value: CelData,
  digits: number,
  explicit: boolean,
): string {
  switch (verb) {
    case 's':
      return anyText(frame, value);
    case 'd':
      return decimal(value);
    case 'f':
      return special(value, 'f') ?? fixed(numberOf(value, 'f'), digits);
    case 'e':
      return special(value, 'e') ?? exponent(numberOf(value, 'e'), digits);
    case 'b':
      return typeof value === 'boolean' ? String(Number(value)) : radix(value, 2, 'b');
    case 'o':
      return radix(value, 8, 'o');
    case 'x':
      return hex(value);
    case 'X':
      return hex(value).toUpperCase();
    default:
      return fail(`could not parse formatting clause: '%${explicit ? '.' : ''}${verb}'`);
  }
}

function wrong(verb: string, value: CelData): never {
  return fail(`format(): %${verb} does not take a ${typeName(value)}`);
}

/** Infinities and NaN, which may come as text as well. */
function special(value: CelData, verb: string): string | undefined {
  if (typeof value === 'number') return Number.isFinite(value) ? undefined : String(value);
  if (typeof value !== 'string') return undefined;
  return ['NaN', 'Infinity', '-Infinity'].includes(value) ? value : wrong(verb, value);
}

function numberOf(value: CelData, verb: string): number {
  if (typeof value === 'number') return value;
  if (typeof value === 'bigint') return Number(value);
  return value instanceof CelUint ? Number(value.value) : wrong(verb, value);
}

/** The exact decimal digits of a double, rounded half to even at `digits` places. */
function fixed(value: number, digits: number): string {
  let whole = Math.abs(value);
  let denominator = 1n;
  // A double is a whole number over a power of two; doubling loses nothing.
  while (!Number.isInteger(whole)) {
    whole *= 2;
    denominator *= 2n;
  }
  const scaled = BigInt(whole) * 10n ** BigInt(digits);
  const quotient = scaled / denominator;
  const twice = (scaled % denominator) * 2n;
  const up = twice > denominator || (twice === denominator && quotient % 2n === 1n);
  const text = String(up ? quotient + 1n : quotient).padStart(digits + 1, '0');
  const sign = value < 0 || Object.is(value, -0) ? '-' : '';
  const point = text.length - digits;
  return `${sign}${text.slice(0, point)}${digits === 0 ? '' : `.${text.slice(point)}`}`;
}

function exponent(value: number, digits: number): string {
  const [number = '', power = ''] = value.toExponential(Math.min(digits, 100)).split('e');
  const size = power.replace(/^[+-]/, '').padStart(2, '0');
  return `${number}e${power.startsWith('-') ? '-' : '+'}${size}`;
}

function wholeOf(value: CelData, verb: string): bigint {
  if (typeof value === 'bigint') return value;
  return value instanceof CelUint ? value.value : wrong(verb, value);
}

function radix(value: CelData, base: number, verb: string): string {
  return wholeOf(value, verb).toString(base);
}

function decimal(value: CelData): string {
  if (typeof value === 'number' && !Number.isFinite(value)) return String(value);
  if (typeof value === 'string') return special(value, 'd') ?? wrong('d', value);
  return radix(value, 10, 'd');
}

function hex(value: CelData): string {
  const bytes = typeof value === 'string' ? new TextEncoder().encode(value) : value;
  if (!(bytes instanceof Uint8Array)) return radix(value, 16, 'x');
  return [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** What `%s` prints: a list as `[a, b]`, a map as `{key: value}` in the order of its keys. */
function anyText(frame: Frame, value: CelData): string {
  charge(frame, 1 + weight(value));
  if (typeof value === 'string') return value;
  if (value === null) return 'null';
  if (typeof value !== 'object') return String(value);
  if (value instanceof CelUint) return String(value.value);
  if (value instanceof CelTimestamp) return timestampText(value);
  if (value instanceof CelDuration) return durationText(value);
  if (value instanceof CelType) return value.name;
  if (value instanceof CelList)
    return `[${value.items.map((item) => anyText(frame, item)).join(', ')}]`;
  if (value instanceof CelMap || value instanceof CelLazyMap) {
    const map = materialise(frame, value);
    const pairs = keysOf(map).map(
      (key) => [anyText(frame, key), anyText(frame, mapGet(map, key) ?? null)] as const,
    );
    pairs.sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
    return `{${pairs.map(([key, held]) => `${key}: ${held}`).join(', ')}}`;
  }
  if (value instanceof Uint8Array) return new TextDecoder().decode(value);
  return wrong('s', value);
}
