import type { LogLine } from '@pltf/contracts';

/** The log of all steps of a run in order; `instance` of a line names job and step. */
export interface RunLog {
  follow(run: string, follow: boolean, signal: AbortSignal): AsyncIterable<LogLine>;
}
