/** A one-off command in the release and environment of a placement. */
export interface Task {
  readonly id: string;
  readonly placement: string;
  readonly component: string;
  /** The time by its job's schedule; undefined where somebody asked for it. */
  readonly due: Date | undefined;
  /** Empty: the job's own program. */
  readonly command: readonly string[];
  readonly state: 'running' | 'passed' | 'failed';
  readonly exitCode: number | undefined;
  readonly ended: string | undefined;
  readonly timeoutMs: number;
  readonly requestedBy: string;
  readonly startedAt: Date;
  readonly finishedAt: Date | undefined;
}

/** What a task runs, in one line. */
export const taskWords = (command: readonly string[]): string =>
  command.length === 0 ? 'the job' : command.join(' ').slice(0, 200);
