import { z } from 'zod';
import { PushEvent, RunIdentity } from './push-event.ts';
import { Template } from './template.ts';
import { Place } from './tokens.ts';
import { WorkflowProblem } from './workflow-problems.ts';

/** What this platform has for workflows. */
export const Capabilities = z.object({
  arch: z.enum(['X64', 'ARM64']),
  /** Versions of what is installed, like `20.20.1`; absent when it is not. */
  node: z.string().optional(),
  python: z.string().optional(),
  /** Programs that scripts may ask for and that are not here, like `docker`. */
  missingPrograms: z.array(z.string()).default([]),
});
export type Capabilities = z.infer<typeof Capabilities>;

export const RunLimits = z.object({
  /** Jobs of one run at the same time. */
  parallelJobs: z.number().int().positive().default(2),
  /** Minutes for a job that does not name its own. */
  jobMinutes: z.number().positive().default(60),
  /** Time for a cancelled job to clean up. */
  cancelGraceMs: z.number().int().nonnegative().default(60_000),
  /** False removes each job's workspace when the job ends. */
  keepWorkspaces: z.boolean().default(false),
});
export type RunLimits = z.infer<typeof RunLimits>;

/** Why something does not run here, and where it does. */
export const Unavailable = z.object({ reason: z.string(), where: z.string() });
export type Unavailable = z.infer<typeof Unavailable>;

/** What a step does here. `with` holds an action's inputs by their lower-case names. */
export const StepAction = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('run'),
    script: Template,
    shell: Template.optional(),
    workingDirectory: Template.optional(),
  }),
  z.object({ kind: z.literal('checkout'), with: z.record(z.string(), Template) }),
  z.object({
    kind: z.literal('setup'),
    tool: z.enum(['node', 'python']),
    with: z.record(z.string(), Template),
  }),
  z.object({
    kind: z.literal('cache'),
    mode: z.enum(['restore-and-save', 'restore', 'save']),
    with: z.record(z.string(), Template),
    /** For the saving after the job: the step that restored. */
    of: z.number().int().optional(),
  }),
  z.object({
    kind: z.literal('artifact'),
    mode: z.enum(['upload', 'download']),
    with: z.record(z.string(), Template),
  }),
  /** A local composite action: its steps follow, up to the step `end`. */
  z.object({
    kind: z.literal('composite-begin'),
    /** Folder of the action in the repository. */
    path: z.string(),
    inputs: z.array(z.object({ name: z.string(), default: Template.optional() })),
    with: z.record(z.string(), Template),
    end: z.number().int(),
  }),
  z.object({
    kind: z.literal('composite-end'),
    begin: z.number().int(),
    outputs: z.array(z.object({ name: z.string(), value: Template })),
  }),
  z.object({ kind: z.literal('unavailable'), uses: z.string(), ...Unavailable.shape }),
]);
export type StepAction = z.infer<typeof StepAction>;

/** One entry of a job's flat list of steps; steps of composite actions stand between begin and end. */
export const StepPlan = z.object({
  /** The step's own id, for `steps.<id>`. */
  id: z.string().optional(),
  name: Template,
  place: Place,
  /** The file that holds it, when it is not the workflow's. */
  file: z.string().optional(),
  /** The composite action around it: the position of its begin. */
  frame: z.number().int().optional(),
  if: z.string(),
  continueOnError: Template.optional(),
  timeoutMinutes: Template.optional(),
  env: Template.optional(),
  action: StepAction,
  notes: z.array(z.string()),
});
export type StepPlan = z.infer<typeof StepPlan>;

export const JobPlan = z.object({
  /** Unique in the run; part of the ids of workspaces and tasks. */
  key: z.string().max(70),
  /** Position in `workflows`. */
  workflow: z.number().int(),
  id: z.string(),
  name: Template,
  place: Place,
  /** Keys of the jobs that it waits for. */
  needs: z.array(z.string()),
  if: z.string(),
  /** `matrix`, `fail-fast` and `max-parallel`. */
  strategy: Template.optional(),
  runsOn: Template.optional(),
  env: Template.optional(),
  shell: Template.optional(),
  workingDirectory: Template.optional(),
  timeoutMinutes: Template.optional(),
  cancelTimeoutMinutes: Template.optional(),
  continueOnError: Template.optional(),
  concurrency: Template.optional(),
  outputs: Template.optional(),
  steps: z.array(StepPlan),
  unavailable: Unavailable.optional(),
  notes: z.array(z.string()),
});
export type JobPlan = z.infer<typeof JobPlan>;

export const WorkflowPlan = z.object({
  path: z.string(),
  name: z.string(),
  runName: z.string().optional(),
  env: Template.optional(),
  /** Runs of one group exclude each other; `decideConcurrency` says how. */
  concurrency: z.object({ group: z.string(), cancelInProgress: z.boolean() }).optional(),
});
export type WorkflowPlan = z.infer<typeof WorkflowPlan>;

/** Everything about a run that is decided before it begins. Plain JSON. */
export const RunPlan = z.object({
  format: z.literal(1),
  run: RunIdentity,
  event: PushEvent,
  capabilities: Capabilities,
  limits: RunLimits,
  workflows: z.array(WorkflowPlan),
  jobs: z.array(JobPlan),
  /** What is wrong in workflow files; a file with problems runs nothing. */
  problems: z.array(WorkflowProblem),
  /** Valid workflows that this push does not start. */
  notStarted: z.array(z.object({ path: z.string(), name: z.string(), reason: z.string() })),
});
export type RunPlan = z.infer<typeof RunPlan>;
