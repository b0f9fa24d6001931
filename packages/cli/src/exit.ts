/** Exit codes, public surface. 130 is what a shell expects of a program that Ctrl-C ended. */
export const exit = {
  done: 0,
  failed: 1,
  changesPlanned: 2,
  wrongUsage: 64,
  tryAgain: 75,
  interrupted: 130,
} as const;
