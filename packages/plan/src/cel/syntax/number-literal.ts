import { CelUint } from '../values/cel-value.ts';
import { CelSyntaxError } from '../values/failure.ts';

/** An int literal stays unsigned until its minus sign is known: the smallest int has no positive twin. */
export type Literal = { readonly int: bigint } | number | string | Uint8Array | CelUint;

const double = /(?:\d*\.\d+(?:[eE][+-]?\d+)?|\d+[eE][+-]?\d+)/y;
const whole = /(?:0[xX][0-9a-fA-F]+|\d+)([uU]?)/y;
const largestUint = 18_446_744_073_709_551_615n;

/** Reads a number at a place, when there is one. */
export function readNumber(
  source: string,
  at: number,
): { literal: Literal; text: string } | undefined {
  const code = source.charCodeAt(at);
  if (code !== 46 && (code < 48 || code > 57)) return undefined;
  double.lastIndex = at;
  const fraction = double.exec(source)?.[0];
  if (fraction !== undefined) return { literal: Number(fraction), text: fraction };
  whole.lastIndex = at;
  const integer = whole.exec(source);
  if (integer === null) return undefined;
  const [text, suffix] = integer;
  if (suffix === '') return { literal: { int: BigInt(text) }, text };
  const value = BigInt(text.slice(0, -1));
  if (value > largestUint) throw new CelSyntaxError('the number does not fit into a uint', at);
  return { literal: new CelUint(value), text };
}
