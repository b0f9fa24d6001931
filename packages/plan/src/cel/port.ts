/** What an evaluation came to. It never throws: whatever goes wrong is `ok: false`, and nobody may read that as a pass. */
export type CelResult =
  | {
      readonly ok: true;
      /** JSON: whole numbers as numbers (as text beyond 2^53), times and durations as text, an empty optional as null. */
      readonly value: unknown;
      /** Steps that it took: the same on every machine. */
      readonly gas: number;
    }
  | {
      readonly ok: false;
      /** `error`: the expression failed on these values; `gas`: it was stopped at its limit. */
      readonly reason: 'error' | 'gas';
      readonly message: string;
      readonly gas: number;
    };

declare const converted: unique symbol;

/** JSON made ready for expressions once, by `celValue` or `celVariables`; given where JSON may be given. */
export interface CelInput {
  readonly [converted]: true;
}

export interface CelOptions {
  /** Steps at most; 100,000 when nothing is said. */
  readonly gas?: number;
  /** Variables that are made when first read, at most once an evaluation. A name may have dots: `variables.allowed`. */
  readonly lazy?: Readonly<Record<string, () => unknown>>;
}

export interface CelExpression {
  readonly text: string;
  /** Evaluates over variables that are JSON or `CelInput`. */
  evaluate(variables: Readonly<Record<string, unknown>>, options?: CelOptions): CelResult;
}

/** What an expression may call besides the libraries. */
export interface CelCompileOptions {
  /** By name and number of arguments (`resource.Get/4`), over JSON; a `Date` is a timestamp. What one throws is a failure. */
  readonly functions?: Readonly<Record<string, (...args: unknown[]) => unknown>>;
  /** Calls of functions that do not exist fail when they are evaluated, instead of being problems of the text. */
  readonly unchecked?: boolean;
}

export interface CelProblem {
  /** UTF-16 units from the start of the text. */
  readonly offset: number;
  readonly message: string;
}

export type CelCompilation =
  | { readonly ok: true; readonly expression: CelExpression }
  | { readonly ok: false; readonly problems: readonly CelProblem[] };

export interface CelLint {
  /** The lowest Kubernetes that evaluates it, like `1.28`; undefined when none does. */
  readonly kubernetes: string | undefined;
  readonly notes: readonly string[];
}
