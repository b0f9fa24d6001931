/** A one-off command in the release and environment of a placement. */
export interface Task {
  readonly id: string;
  readonly placement: string;
  readonly component: string;
  readonly command: readonly string[];
  readonly state: 'running' | 'passed' | 'failed';
  readonly exitCode: number | undefined;
  readonly ended: string | undefined;
  readonly timeoutMs: number;
  readonly requestedBy: string;
  readonly startedAt: Date;
  readonly finishedAt: Date | undefined;
}
