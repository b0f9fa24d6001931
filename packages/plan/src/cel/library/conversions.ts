import { fail } from '../evaluation/frame.ts';
import type { CelFunction, Library } from '../evaluation/scope.ts';
import {
  type CelData,
  CelDuration,
  CelLazyMap,
  CelList,
  CelMap,
  CelOpaque,
  CelTimestamp,
  CelType,
  CelUint,
  typeName,
} from '../values/cel-value.ts';
import { doubleText } from '../values/double-text.ts';
import { duration, intOf, nanosASecond, timestamp, uintOf } from '../values/ranges.ts';
import {
  durationText,
  parseDuration,
  parseTimestamp,
  seconds,
  timestampText,
} from '../values/times.ts';

function noConversion(to: string, value: CelData): never {
  return fail(`no such overload: ${to}() of ${typeName(value)}`);
}

const toInt: CelFunction = (_frame, value = null) => {
  if (typeof value === 'bigint') return value;
  if (value instanceof CelUint) return intOf(value.value);
  if (typeof value === 'number') {
    if (!(value > -(2 ** 63) && value < 2 ** 63)) fail('int overflow');
    return BigInt(Math.trunc(value));
  }
  if (typeof value === 'string')
    return /^[+-]?\d{1,40}$/.test(value)
      ? intOf(BigInt(value.replace(/^\+/, '')))
      : fail(`'${value.slice(0, 40)}' is not an int`);
  if (value instanceof CelTimestamp) return seconds(value);
  if (value instanceof CelDuration) return value.nanos / nanosASecond;
  return noConversion('int', value);
};

const toUint: CelFunction = (_frame, value = null) => {
  if (value instanceof CelUint) return value;
  if (typeof value === 'bigint') return uintOf(value);
  if (typeof value === 'number') {
    if (!(value >= 0 && value < 2 ** 64)) fail('uint overflow');
    return uintOf(BigInt(Math.trunc(value)));
  }
  if (typeof value === 'string')
    return /^\d{1,40}$/.test(value)
      ? uintOf(BigInt(value))
      : fail(`'${value.slice(0, 40)}' is not a uint`);
  return noConversion('uint', value);
};

const toDouble: CelFunction = (_frame, value = null) => {
  if (typeof value === 'number') return value;
  if (typeof value === 'bigint') return Number(value);
  if (value instanceof CelUint) return Number(value.value);
  if (typeof value === 'string') return parseDouble(value);
  return noConversion('double', value);
};

function parseDouble(text: string): number {
  if (text.length > 400) fail('a number of more than 400 characters');
  if (/^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/.test(text)) return Number(text);
  const special = /^([+-]?)(nan|inf|infinity)$/i.exec(text);
  if (special === null) return fail(`'${text.slice(0, 40)}' is not a double`);
  if (special[2]?.toLowerCase() === 'nan') return Number.NaN;
  return special[1] === '-' ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
}

/** The text of a value, as `string()` gives it. */
export function textOf(value: CelData): string {
  if (typeof value === 'string') return value;
  if (typeof value === 'boolean' || typeof value === 'bigint') return String(value);
  if (typeof value === 'number') return doubleText(value);
  if (value instanceof CelUint) return String(value.value);
  if (value instanceof CelTimestamp) return timestampText(value);
  if (value instanceof CelDuration) return durationText(value);
  if (value instanceof CelOpaque && ['net.IP', 'net.CIDR'].includes(value.type)) return value.text;
  if (value instanceof Uint8Array)
    try {
      return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(value);
    } catch {
      return fail('the bytes are not UTF-8');
    }
  return noConversion('string', value);
}

const trues = new Set(['true', 'True', 'TRUE', 't', '1']);
const falses = new Set(['false', 'False', 'FALSE', 'f', '0']);

const toBool: CelFunction = (_frame, value = null) => {
  if (typeof value === 'boolean') return value;
  if (typeof value !== 'string') return noConversion('bool', value);
  if (trues.has(value)) return true;
  return falses.has(value) ? false : fail(`'${value.slice(0, 40)}' is not a bool`);
};

const toBytes: CelFunction = (_frame, value = null) => {
  if (value instanceof Uint8Array) return value;
  return typeof value === 'string' ? new TextEncoder().encode(value) : noConversion('bytes', value);
};

const toTimestamp: CelFunction = (_frame, value = null) => {
  if (value instanceof CelTimestamp) return value;
  if (typeof value === 'string') return parseTimestamp(value);
  if (typeof value === 'bigint') return timestamp(value * nanosASecond);
  return noConversion('timestamp', value);
};

const toDuration: CelFunction = (_frame, value = null) => {
  if (value instanceof CelDuration) return value;
  if (typeof value === 'string') return parseDuration(value);
  if (typeof value === 'bigint') return duration(value * nanosASecond);
  return noConversion('duration', value);
};

const size: CelFunction = (_frame, value = null) => {
  if (typeof value === 'string') return BigInt(characters(value));
  if (value instanceof CelList) return BigInt(value.items.length);
  if (value instanceof CelMap) return BigInt(value.entries.size);
  if (value instanceof CelLazyMap) return BigInt(value.names.size);
  if (value instanceof Uint8Array) return BigInt(value.length);
  return noConversion('size', value);
};

/** Code points, of which a surrogate pair is one. */
function characters(text: string): number {
  let count = text.length;
  for (let index = 0; index < text.length; index += 1)
    if ((text.charCodeAt(index) & 0xfc00) === 0xdc00) count -= 1;
  return count;
}

export const conversions: Library = {
  functions: {
    'int/1': toInt,
    'uint/1': toUint,
    'double/1': toDouble,
    'string/1': (_frame, value = null) => textOf(value),
    'bool/1': toBool,
    'bytes/1': toBytes,
    'timestamp/1': toTimestamp,
    'duration/1': toDuration,
    'dyn/1': (_frame, value = null) => value,
    'type/1': (_frame, value = null) => new CelType(typeName(value)),
    'size/1': size,
  },
  methods: { 'size/0': size },
};
