import type { InspectedContainer } from './engine-answers.ts';

/** How a container ended. */
export interface ContainerEnd {
  /** Undefined when nobody knows: it was removed by somebody else. */
  readonly code: number | undefined;
  readonly outOfMemory: boolean;
  /** The engine's own words, when the program could not even be started. */
  readonly error: string;
}

export const removedByOthers: ContainerEnd = { code: undefined, outOfMemory: false, error: '' };

export const endOf = ({ State }: InspectedContainer): ContainerEnd => ({
  code: State.ExitCode,
  outOfMemory: State.OOMKilled && State.ExitCode !== 0,
  error: State.Error,
});

/** A shell's and the engine's way to say that a signal ended it. */
const signalBase = 128;
const signals: Readonly<Record<number, string>> = {
  1: 'SIGHUP',
  2: 'SIGINT',
  3: 'SIGQUIT',
  4: 'SIGILL',
  6: 'SIGABRT',
  7: 'SIGBUS',
  8: 'SIGFPE',
  9: 'SIGKILL',
  11: 'SIGSEGV',
  13: 'SIGPIPE',
  15: 'SIGTERM',
};

/** The name of the signal that a code stands for. */
export const signalOf = (code: number | undefined): string | undefined =>
  code === undefined ? undefined : signals[code - signalBase];

/** `exit 1`, `SIGKILL: out of memory (256 MiB)`, `removed by somebody else`. */
export function describeContainerEnd(end: ContainerEnd, memoryMiB: number): string {
  if (end.outOfMemory) return `SIGKILL: out of memory (${memoryMiB} MiB)`;
  if (end.code === undefined) return 'its container was removed by somebody else';
  const signal = signalOf(end.code);
  if (signal !== undefined) return signal;
  if (end.code === 127) return 'exit 127 (command not found)';
  if (end.code === 126) return 'exit 126 (command cannot be run)';
  return `exit ${end.code}`;
}

/** What the engine said about a program that it could not start, without its own innards. */
export function startProblem(said: string): string {
  const known = /exec: ("[^"]*"|\S+): (executable file not found in \$PATH|[^:]+)(?::|$)/.exec(
    said,
  );
  if (known !== null) return `${known[1]}: ${known[2]}`;
  return said.replace(/^.*?OCI runtime (?:create|start) failed: /s, '').slice(0, 500);
}
