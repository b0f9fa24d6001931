import { RunJobView, type RunState } from '@pltf/contracts';
import { z } from 'zod';

export type RunStateName = z.infer<typeof RunState>;

/** What people see of a run: kept with it, so that reading never needs the workflow engine. */
export const RunSummary = z.object({
  jobs: z.array(RunJobView).default([]),
  notes: z.array(z.string()).default([]),
  failing: z
    .array(z.object({ step: z.string(), where: z.string().optional(), lines: z.array(z.string()) }))
    .default([]),
});
export type RunSummary = z.infer<typeof RunSummary>;

export interface NewRun {
  readonly id: string;
  readonly component: string;
  readonly branch: string;
  readonly commit: string;
  readonly subject: string;
  readonly author: string;
  readonly actor: string;
}

export interface Run extends NewRun {
  readonly number: number;
  readonly state: RunStateName;
  readonly summary: RunSummary;
  readonly cancelRequested: boolean;
  readonly release: number | undefined;
  readonly createdAt: Date;
  readonly startedAt: Date | undefined;
  readonly finishedAt: Date | undefined;
}

export interface RunOutcome {
  readonly state: 'passed' | 'failed' | 'cancelled' | 'superseded';
  readonly summary: RunSummary;
  readonly release: number | undefined;
}

export const isFinished = (state: RunStateName): boolean =>
  state !== 'queued' && state !== 'running';
