/** What an expression may be, before anything is evaluated; and what an evaluation may take. */
export const celLimits = {
  /** UTF-16 units of source. */
  source: 16_384,
  /** Brackets, calls and alternatives inside one another, as written. */
  nesting: 64,
  /** Levels of the tree, which a chain like `a + b + c` makes as well. */
  depth: 250,
  /** Steps of an evaluation, when the caller says nothing. */
  gas: 100_000,
  /** Levels of JSON that is given as a variable. */
  json: 200,
} as const;
