import { fail } from '../evaluation/frame.ts';
import type { CelFunction, Library } from '../evaluation/scope.ts';
import { needOpaque, needText } from '../library/arguments.ts';
import { type CelData, CelOpaque } from '../values/cel-value.ts';
import { intOf } from '../values/ranges.ts';

const type = 'kubernetes.Quantity';
const shape = /^([+-]?)(\d*)(?:\.(\d*))?(|[numkMGTPE]|[KMGTPE]i|[eE][+-]?\d{1,3})$/;
const nanos = 1_000_000_000n;
const largestBinary = (2n ** 63n - 1n) * nanos;
const decimal: Readonly<Record<string, number>> = {
  n: -9,
  u: -6,
  m: -3,
  k: 3,
  M: 6,
  G: 9,
  T: 12,
  P: 15,
  E: 18,
};
const binary: Readonly<Record<string, bigint>> = {
  Ki: 2n ** 10n,
  Mi: 2n ** 20n,
  Gi: 2n ** 30n,
  Ti: 2n ** 40n,
  Pi: 2n ** 50n,
  Ei: 2n ** 60n,
};

/** Rounds away from zero, as Kubernetes does below a thousand-millionth. */
function divideUp(left: bigint, right: bigint): bigint {
  const quotient = left / right;
  if (left % right === 0n) return quotient;
  return left < 0n ? quotient - 1n : quotient + 1n;
}

/** A quantity in thousand-millionths; undefined for text that is none. */
function parse(text: string): bigint | undefined {
  const found = text.length > 100 ? null : shape.exec(text);
  if (found === null) return undefined;
  const [, sign, whole = '', fraction = '', suffix = ''] = found;
  if (whole === '' && fraction === '') return undefined;
  const digits = BigInt(`${sign === '-' ? '-' : ''}${whole}${fraction}`);
  const factor = binary[suffix];
  const scale = 10n ** BigInt(fraction.length);
  if (factor !== undefined) {
    const value = divideUp(digits * factor * nanos, scale);
    return value > largestBinary ? largestBinary : value;
  }
  const exponent = decimal[suffix] ?? Number(suffix.slice(1) || 0);
  return exponent >= 0
    ? divideUp(digits * 10n ** BigInt(exponent) * nanos, scale)
    : divideUp(digits * nanos, scale * 10n ** BigInt(-exponent));
}

function quantity(value: bigint): CelOpaque<bigint> {
  const magnitude = value < 0n ? -value : value;
  const rest = String(magnitude % nanos)
    .padStart(9, '0')
    .replace(/0+$/, '');
  const text = `${value < 0n ? '-' : ''}${magnitude / nanos}${rest === '' ? '' : `.${rest}`}`;
  return new CelOpaque(type, value, text);
}

function held(value: CelData | undefined, what: string): bigint {
  return needOpaque<bigint>(value, type, what).held;
}

function sum(sign: bigint): CelFunction {
  return (_frame, target, other) => {
    const by = typeof other === 'bigint' ? other * nanos : held(other, 'add() or sub()');
    return quantity(held(target, 'add() or sub()') + sign * by);
  };
}

function isInteger(value: bigint): boolean {
  const whole = value / nanos;
  return value % nanos === 0n && BigInt.asIntN(64, whole) === whole;
}

export const quantities: Library = {
  functions: {
    'quantity/1': (_frame, text) => {
      const value = parse(needText(text, 'quantity()'));
      return value === undefined
        ? fail('quantities look like 500m, 1.5Gi or 2e3')
        : quantity(value);
    },
    'isQuantity/1': (_frame, text) => parse(needText(text, 'isQuantity()')) !== undefined,
    'sign/1': (_frame, value) => signOf(held(value, 'sign()')),
  },
  methods: {
    'sign/0': (_frame, value) => signOf(held(value, 'sign()')),
    'isInteger/0': (_frame, value) => isInteger(held(value, 'isInteger()')),
    'asInteger/0': (_frame, value) => {
      const inner = held(value, 'asInteger()');
      return isInteger(inner) ? intOf(inner / nanos) : fail('cannot convert value to integer');
    },
    'asApproximateFloat/0': (_frame, value) =>
      Number(needOpaque<bigint>(value, type, 'asApproximateFloat()').text),
    'add/1': sum(1n),
    'sub/1': sum(-1n),
  },
};

function signOf(value: bigint): bigint {
  return value < 0n ? -1n : value > 0n ? 1n : 0n;
}

/** Below, at or above 0; undefined when the first is not a quantity. */
export function compareQuantities(left: CelData, right: CelData): number | undefined {
  if (!(left instanceof CelOpaque) || left.type !== type) return undefined;
  const [a, b] = [held(left, 'a comparison'), held(right, 'a comparison')];
  return a < b ? -1 : a > b ? 1 : 0;
}
