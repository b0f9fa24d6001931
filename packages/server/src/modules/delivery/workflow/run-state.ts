import { z } from 'zod';
import { Json } from './template.ts';

const Texts = z.record(z.string(), z.string());

export const Outcome = z.enum(['success', 'failure', 'cancelled', 'skipped']);
export type Outcome = z.infer<typeof Outcome>;

/** A remark that a step made about a place of the source, or about itself. */
export const Annotation = z.object({
  level: z.enum(['error', 'warning', 'notice']),
  message: z.string(),
  title: z.string().optional(),
  file: z.string().optional(),
  line: z.number().int().optional(),
  column: z.number().int().optional(),
});
export type Annotation = z.infer<typeof Annotation>;

/** The lines that show why a step failed. */
export const FailingLines = z.object({ where: z.string().optional(), lines: z.array(z.string()) });
export type FailingLines = z.infer<typeof FailingLines>;

/** What a running step waits for. */
export const OperationKind = z.enum([
  'prepare',
  'checkout',
  'hash',
  'run',
  'cache-restore',
  'cache-save',
  'artifact-upload',
  'artifact-download',
]);
export type OperationKind = z.infer<typeof OperationKind>;

export const StepState = z.object({
  status: z.enum(['waiting', 'running', 'finished']),
  name: z.string(),
  operation: OperationKind.optional(),
  /** Set when the step was told to stop and has not yet. */
  cancelling: z.boolean(),
  outcome: Outcome.optional(),
  conclusion: Outcome.optional(),
  unavailable: z.boolean(),
  notes: z.array(z.string()),
  outputs: Texts,
  /** Hashes of files that the step's expressions asked for, by their patterns. */
  hashes: Texts,
  /** The patterns whose hash is being made, as JSON. */
  hashing: z.string().optional(),
  annotations: z.array(Annotation),
  failing: FailingLines.optional(),
  summary: z.string().optional(),
  /** For a cache that is saved after the job: what, decided when it was restored. */
  cache: z.object({ key: z.string(), paths: z.array(z.string()), hit: z.boolean() }).optional(),
  /** For a composite action: the job's variables when it began, which its inputs were evaluated with. */
  envBefore: Texts.optional(),
  startedAt: z.number().optional(),
  finishedAt: z.number().optional(),
});
export type StepState = z.infer<typeof StepState>;

/** Where a workspace is, as the programs in it see it. */
export const WorkspacePlaces = z.object({
  /** Absolute folder of the workspace. */
  root: z.string(),
  /** Absolute folder for temporary files, which lasts as long as the workspace. */
  temporary: z.string(),
  home: z.string(),
  /** The search path of programs. */
  path: z.string(),
});
export type WorkspacePlaces = z.infer<typeof WorkspacePlaces>;

/** One combination of a job's matrix, or the job itself when it has none. Times are milliseconds since 1970. */
export const LegState = z.object({
  /** Unique in the run; part of the ids of workspace and tasks. */
  key: z.string(),
  name: z.string(),
  matrix: z.record(z.string(), Json).optional(),
  status: z.enum(['queued', 'running', 'finished']),
  result: Outcome.optional(),
  unavailable: z.boolean(),
  notes: z.array(z.string()),
  continueOnError: z.boolean(),
  concurrency: z.object({ group: z.string(), cancelInProgress: z.boolean() }).optional(),
  /** Set when the job is to end early; later steps see `cancelled()`. */
  cancelled: z.boolean(),
  timedOut: z.boolean(),
  /** Set when even steps that run always have had their time. */
  forced: z.boolean(),
  failed: z.boolean(),
  deadline: z.number().optional(),
  /** `removed` is also true before there is one. */
  workspace: z.object({ places: WorkspacePlaces.optional(), removed: z.boolean() }),
  /** Variables and search path that steps have set for later ones. */
  env: Texts,
  path: z.array(z.string()),
  /** Position of the step that runs or comes next. */
  cursor: z.number().int(),
  steps: z.array(StepState),
  outputs: Texts,
  annotations: z.array(Annotation),
  startedAt: z.number().optional(),
  finishedAt: z.number().optional(),
});
export type LegState = z.infer<typeof LegState>;

export const JobState = z.object({
  key: z.string(),
  status: z.enum(['waiting', 'started', 'finished']),
  result: Outcome.optional(),
  unavailable: z.boolean(),
  notes: z.array(z.string()),
  failFast: z.boolean(),
  maxParallel: z.number().int().optional(),
  outputs: Texts,
  legs: z.array(LegState),
  annotations: z.array(Annotation),
});
export type JobState = z.infer<typeof JobState>;

export const CancelRequest = z.object({
  at: z.number(),
  reason: z.string(),
  /** Set when a newer run took the place of this one. */
  supersededBy: z.string().optional(),
  /** Only the jobs of these workflows, by position in the plan; absent for all. */
  workflows: z.array(z.number().int()).optional(),
});
export type CancelRequest = z.infer<typeof CancelRequest>;

/**
 * Everything that has happened in a run, as plain JSON. Holds no secret by itself; what steps hand on
 * through GITHUB_ENV, outputs or `::add-mask::` is in it and may be one, so keep it where only the server reads.
 */
export const RunState = z.object({
  status: z.enum(['queued', 'running', 'finished']),
  conclusion: Outcome.optional(),
  cancels: z.array(CancelRequest),
  startedAt: z.number().optional(),
  finishedAt: z.number().optional(),
  jobs: z.array(JobState),
  /** Values that steps declared to be secret. */
  masks: z.array(z.string()),
  /** What steps have uploaded. */
  artifacts: z.array(z.object({ name: z.string(), files: z.number(), bytes: z.number() })),
});
export type RunState = z.infer<typeof RunState>;
