/** One expectation of a suite, with what came. */
export interface SuiteCase {
  /** The suite's file. */
  readonly suite: string;
  readonly test: string;
  readonly case: string;
  readonly expected: string;
  readonly got: string;
  readonly passed: boolean;
}
