import type { Figure } from '../figure.ts';

/** How much is measured. */
export interface Effort {
  /** Measured rounds of what takes seconds. */
  readonly rounds: number;
  /** Few rounds and short windows, to see that it runs; not to be judged. */
  readonly quick: boolean;
  /** Placements that the group `cluster` puts into a real cluster; a thousand when absent. */
  readonly placements?: number;
  /** Folder of checkouts whose suites are run; not measured without. */
  readonly corpora?: string;
}

/** Figures that are measured together, on one platform. */
export interface Group {
  readonly name: string;
  /** A longer measurement is ended and counts as failed; the other groups go on. */
  readonly longestMs: number;
  readonly measure: (effort: Effort, signal: AbortSignal) => Promise<readonly Figure[]>;
}
