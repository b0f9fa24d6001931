import { charge, type Frame, fail, weight } from '../evaluation/frame.ts';
import type { CelFunction, Library } from '../evaluation/scope.ts';
import {
  type CelData,
  CelDuration,
  CelLazyMap,
  CelList,
  CelMap,
  CelTimestamp,
  CelUint,
  typeName,
} from '../values/cel-value.ts';
import { equal } from '../values/equality.ts';
import { keyOf, mapGet } from '../values/maps.ts';
import { duration, intOf, timestamp, uintOf } from '../values/ranges.ts';

function noOverload(operator: string, ...values: readonly CelData[]): never {
  return fail(`no such overload: ${operator} on ${values.map(typeName).join(' and ')}`);
}

/** Whether an order exists between two values, and which: below, at or above 0; NaN stands in no order. */
export function compare(left: CelData, right: CelData): number | undefined {
  const a = left instanceof CelUint ? left.value : left;
  const b = right instanceof CelUint ? right.value : right;
  if (typeof a === 'bigint' && typeof b === 'bigint') return a < b ? -1 : a > b ? 1 : 0;
  if (isNumber(a) && isNumber(b)) {
    const [x, y] = [Number(a), Number(b)];
    return x < y ? -1 : x > y ? 1 : x === y ? 0 : Number.NaN;
  }
  if (typeof a === 'string' && typeof b === 'string') return compareText(a, b);
  if (typeof a === 'boolean' && typeof b === 'boolean') return Number(a) - Number(b);
  if (a instanceof CelTimestamp && b instanceof CelTimestamp) return sign(a.nanos - b.nanos);
  if (a instanceof CelDuration && b instanceof CelDuration) return sign(a.nanos - b.nanos);
  if (a instanceof Uint8Array && b instanceof Uint8Array) return compareBytes(a, b);
  return undefined;
}

const sign = (difference: bigint): number => (difference < 0n ? -1 : difference > 0n ? 1 : 0);

function isNumber(value: CelData): value is number | bigint {
  return typeof value === 'number' || typeof value === 'bigint';
}

/** By code points, as UTF-8 sorts; UTF-16 sorts surrogates before U+E000. */
function compareText(a: string, b: string): number {
  if (a === b) return 0;
  const length = Math.min(a.length, b.length);
  for (let index = 0; index < length; index += 1) {
    const [x, y] = [a.charCodeAt(index), b.charCodeAt(index)];
    if (x === y) continue;
    const surrogates = Number(isSurrogate(x)) - Number(isSurrogate(y));
    return surrogates === 0 ? x - y : surrogates;
  }
  return a.length - b.length;
}

const isSurrogate = (code: number): boolean => code >= 0xd800 && code <= 0xdfff;

function compareBytes(a: Uint8Array, b: Uint8Array): number {
  const length = Math.min(a.length, b.length);
  for (let index = 0; index < length; index += 1) {
    const difference = (a[index] ?? 0) - (b[index] ?? 0);
    if (difference !== 0) return difference;
  }
  return a.length - b.length;
}

function ordering(operator: string, holds: (order: number) => boolean): CelFunction {
  return (_frame, left = null, right = null) => {
    const order = compare(left, right);
    if (order === undefined) return noOverload(operator, left, right);
    return holds(order);
  };
}

function add(frame: Frame, left: CelData = null, right: CelData = null): CelData {
  if (typeof left === 'bigint' && typeof right === 'bigint') return intOf(left + right);
  if (typeof left === 'number' && typeof right === 'number') return left + right;
  if (typeof left === 'string' && typeof right === 'string') return left + right;
  if (left instanceof CelUint && right instanceof CelUint) return uintOf(left.value + right.value);
  if (left instanceof CelList && right instanceof CelList) {
    charge(frame, weight(left) + weight(right));
    return new CelList([...left.items, ...right.items]);
  }
  if (left instanceof Uint8Array && right instanceof Uint8Array)
    return Uint8Array.from([...left, ...right]);
  if (right instanceof CelDuration) {
    if (left instanceof CelDuration) return duration(left.nanos + right.nanos);
    if (left instanceof CelTimestamp) return timestamp(left.nanos + right.nanos);
  }
  if (left instanceof CelDuration && right instanceof CelTimestamp)
    return timestamp(left.nanos + right.nanos);
  return noOverload('+', left, right);
}

function subtract(_frame: Frame, left: CelData = null, right: CelData = null): CelData {
  if (typeof left === 'bigint' && typeof right === 'bigint') return intOf(left - right);
  if (typeof left === 'number' && typeof right === 'number') return left - right;
  if (left instanceof CelUint && right instanceof CelUint) return uintOf(left.value - right.value);
  if (left instanceof CelTimestamp && right instanceof CelTimestamp)
    return duration(left.nanos - right.nanos);
  if (left instanceof CelTimestamp && right instanceof CelDuration)
    return timestamp(left.nanos - right.nanos);
  if (left instanceof CelDuration && right instanceof CelDuration)
    return duration(left.nanos - right.nanos);
  return noOverload('-', left, right);
}

function arithmetic(
  operator: string,
  whole: (left: bigint, right: bigint) => bigint,
  double?: (left: number, right: number) => number,
): CelFunction {
  return (_frame, left = null, right = null) => {
    if (typeof left === 'bigint' && typeof right === 'bigint') return intOf(whole(left, right));
    if (left instanceof CelUint && right instanceof CelUint)
      return uintOf(whole(left.value, right.value));
    if (double !== undefined && typeof left === 'number' && typeof right === 'number')
      return double(left, right);
    return noOverload(operator, left, right);
  };
}

function negate(_frame: Frame, value: CelData = null): CelData {
  if (typeof value === 'bigint') return intOf(-value);
  if (typeof value === 'number') return -value;
  return noOverload('-', value);
}

function isIn(frame: Frame, value: CelData = null, within: CelData = null): boolean {
  if (within instanceof CelList)
    return within.items.some((item) => {
      charge(frame, weight(item));
      return equal(frame, item, value);
    });
  if (within instanceof CelMap)
    return keyOf(value) !== undefined && mapGet(within, value) !== undefined;
  if (within instanceof CelLazyMap) return typeof value === 'string' && within.names.has(value);
  return noOverload('in', value, within);
}

export const operators: Library = {
  functions: {
    '!_/1': (_frame, value = null) =>
      typeof value === 'boolean' ? !value : noOverload('!', value),
    '-_/1': negate,
    '_==_/2': (frame, left = null, right = null) => equal(frame, left, right),
    '_!=_/2': (frame, left = null, right = null) => !equal(frame, left, right),
    '_<_/2': ordering('<', (order) => order < 0),
    '_<=_/2': ordering('<=', (order) => order <= 0),
    '_>_/2': ordering('>', (order) => order > 0),
    '_>=_/2': ordering('>=', (order) => order >= 0),
    '_+_/2': add,
    '_-_/2': subtract,
    '_*_/2': arithmetic(
      '*',
      (left, right) => left * right,
      (left, right) => left * right,
    ),
    '_/_/2': arithmetic(
      '/',
      (left, right) => (right === 0n ? fail('divide by zero') : left / right),
      (left, right) => left / right,
    ),
    '_%_/2': arithmetic('%', (left, right) =>
      right === 0n ? fail('modulus by zero') : left % right,
    ),
    '_in_/2': isIn,
  },
  methods: {},
};
