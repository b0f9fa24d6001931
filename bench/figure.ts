import { median } from './router/measure.ts';

export type Unit =
  | 'ms'
  | 'requests'
  | 'requests/s'
  | 'services/s'
  | 'MB'
  | '% of a core'
  | 'µs'
  | 'cases';

/** What has to be reached: by the median itself, or by its ratio to what it is compared with. */
export type Bar =
  | { readonly kind: 'at-most'; readonly value: number }
  | { readonly kind: 'at-least'; readonly value: number }
  | { readonly kind: 'ratio-at-most'; readonly value: number }
  | { readonly kind: 'ratio-at-least'; readonly value: number };

/** What one figure's measurement gave. */
export interface Figure {
  readonly name: string;
  readonly unit: Unit;
  readonly samples: readonly number[];
  /** Measured in the same run, in the same unit. */
  readonly comparedWith?: { readonly name: string; readonly samples: readonly number[] };
  readonly bar: Bar;
  /** What a reader must know to judge it; printed below the table. */
  readonly notes?: readonly string[];
  /** Where the time went, one timeline a sample. */
  readonly timelines?: readonly Timeline[];
}

/** Milliseconds since the measurement of one sample began, and what happened then. */
export type Timeline = readonly { readonly ms: number; readonly what: string }[];

export interface Spread {
  readonly median: number;
  readonly minimum: number;
  readonly maximum: number;
}

export interface JudgedFigure extends Figure {
  readonly spread: Spread;
  readonly comparedSpread?: Spread;
  readonly ratio?: number;
  readonly reached: boolean;
}

/** The middle and both ends; throws when nothing, or something that is no number, was measured. */
export function spreadOf(samples: readonly number[]): Spread {
  if (samples.length === 0 || !samples.every(Number.isFinite)) {
    throw new Error(`these are not measurements: [${samples.join(', ')}]`);
  }
  return {
    median: median(samples),
    minimum: Math.min(...samples),
    maximum: Math.max(...samples),
  };
}

/** A figure with its spread, its ratio to what it is compared with, and whether it reached its bar. */
export function judge(figure: Figure): JudgedFigure {
  const spread = spreadOf(figure.samples);
  if (figure.comparedWith === undefined) {
    if (figure.bar.kind !== 'at-most' && figure.bar.kind !== 'at-least')
      throw new Error(`${figure.name}: a ratio needs something to be compared with`);
    return { ...figure, spread, reached: reaches(figure.bar, spread, Number.NaN) };
  }
  const comparedSpread = spreadOf(figure.comparedWith.samples);
  const ratio = spread.median / comparedSpread.median;
  return { ...figure, spread, comparedSpread, ratio, reached: reaches(figure.bar, spread, ratio) };
}

function reaches(bar: Bar, { median: middle }: Spread, ratio: number): boolean {
  switch (bar.kind) {
    case 'at-most':
      return middle <= bar.value;
    case 'at-least':
      return middle >= bar.value;
    case 'ratio-at-most':
      return ratio <= bar.value;
    case 'ratio-at-least':
      return ratio >= bar.value;
  }
}
