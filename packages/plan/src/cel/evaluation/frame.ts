import { type CelData, CelLazyMap, CelList, CelMap } from '../values/cel-value.ts';
import { CelFailure, GasExhausted } from '../values/failure.ts';

/** One evaluation under way. */
export interface Frame {
  /** Steps taken. */
  gas: number;
  readonly limit: number;
  /** What the variables of macros hold now; each macro of an expression has places of its own. */
  readonly slots: CelData[];
  /** A variable by its whole name, undefined when there is none. */
  readonly resolve: (name: string) => CelData | undefined;
  /** Some variable's name has dots, or names are looked for in a container. */
  readonly dotted: boolean;
}

/** A compiled part of an expression. */
export type Step = (frame: Frame) => CelData;

/** Counts steps, and ends the evaluation at its limit. */
export function charge(frame: Frame, steps: number): void {
  frame.gas += steps;
  if (frame.gas > frame.limit)
    throw new GasExhausted(`stopped after ${frame.limit} steps: the expression does too much work`);
}

/** The steps that a value costs whoever walks over it: ten characters or bytes, one element, or one entry are one. */
export function weight(value: CelData): number {
  if (typeof value === 'string') return Math.ceil(value.length / 10);
  if (typeof value !== 'object' || value === null) return 0;
  if (value instanceof CelList) return value.items.length;
  if (value instanceof CelMap) return value.entries.size;
  if (value instanceof CelLazyMap) return value.names.size;
  if (value instanceof Uint8Array) return Math.ceil(value.length / 10);
  return 0;
}

/**
 * Fails the evaluation. Nobody sees the stack of such a failure, and gathering it takes ten times as long as the rest:
 * an expression that fails for each of many elements would be slow.
 */
export function fail(message: string): never {
  const limit = stacks.stackTraceLimit;
  stacks.stackTraceLimit = 0;
  const failure = new CelFailure(message);
  stacks.stackTraceLimit = limit;
  throw failure;
}

/** Only V8 has the limit; elsewhere it is a property without effect. */
const stacks: { stackTraceLimit?: number | undefined } = Error;

/** The steps of looking past a failure. */
export const failureCost = 10;
