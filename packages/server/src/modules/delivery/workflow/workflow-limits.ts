/**
 * Limits on what a workflow file may ask of the planner and the machine. They are far above what real
 * repositories hold and low enough that no file, however made, costs the server seconds or megabytes.
 */
export const workflowLimits = {
  /** Characters in one workflow or action file. */
  fileCharacters: 128 * 1024,
  /** Workflow files considered for one push. */
  files: 50,
  /**
   * Levels of nesting in YAML's syntax tree (two for a level of the document). Checked before the
   * tree is composed: composing recurses, and a stack that runs out inside V8's regular expression
   * compiler ends the process instead of throwing (seen with 50,000 nested dashes).
   */
  syntaxDepth: 200,
  /** Values in one file after aliases are followed: a few lines of aliases can stand for billions. */
  values: 20_000,
  /** Expressions in one scalar; the parser's position arithmetic is quadratic in them. */
  expressionsInScalar: 500,
  problems: 100,
  jobs: 100,
  stepsInJob: 300,
  stepsInRun: 2000,
  /** Steps of all legs of one job. */
  stepsInJobRun: 5000,
  /** As on GitHub. */
  matrixLegs: 256,
  /** Composite actions within composite actions. */
  compositeDepth: 5,
  /** Characters of one evaluated value; `format` and `join` could otherwise double a text 50 times. */
  valueCharacters: 1024 * 1024,
  /** Characters of one file that a step hands back (GITHUB_OUTPUT, GITHUB_ENV, …). */
  stepFileCharacters: 1024 * 1024,
  /** Characters of all outputs and variables of one job; they are part of every stored state. */
  handedOnCharacters: 2 * 1024 * 1024,
  summaryCharacters: 64 * 1024,
  /** As on GitHub: annotations kept of one step and kind. */
  annotationsInStep: 10,
  masks: 500,
} as const;
