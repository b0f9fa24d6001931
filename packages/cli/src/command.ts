import type { Context } from './context.ts';
import type { Definition, Invocation, ParsedValues } from './definition.ts';

/** 0 done, 1 denied or failed, 2 changes planned, 64 wrong usage, 75 try again; `run` adds its task's own. */
export type ExitCode = number;

export type Run<D extends Definition> = (
  invocation: Invocation<D>,
  context: Context,
) => Promise<ExitCode>;

/** A definition together with the code that runs it, which is loaded only then. */
export interface Command {
  readonly definition: Definition;
  run(values: ParsedValues, context: Context): Promise<ExitCode>;
}

/** Ties a definition to its handler; TypeScript holds the two to each other. */
export function command<D extends Definition>(
  definition: D,
  load: () => Promise<{ readonly run: Run<D> }>,
): Command {
  return {
    definition,
    async run(values, context) {
      const { run } = await load();
      // `parse` made the values from this definition's own table, which the type repeats.
      return run(values as unknown as Invocation<D>, context);
    },
  };
}
