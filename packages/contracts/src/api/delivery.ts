import { z } from 'zod';
import { LogLine, Reason } from '../agent/observed.ts';
import {
  BranchName,
  CommitId,
  ComponentName,
  Digest,
  EnvironmentName,
  Id,
  Instant,
} from '../names.ts';
import { endpoint } from './endpoint.ts';
import { RolloutView } from './runtime.ts';
import { Empty, IdParams, PageQuery, page, RolloutWish } from './shapes.ts';

/** An immutable build of one commit. */
export const ReleaseView = z.object({
  component: ComponentName,
  number: z.number().int().positive(),
  commit: CommitId,
  branch: z.string(),
  subject: z.string(),
  author: z.string(),
  digest: Digest,
  bytes: z.number().int(),
  run: Id.optional(),
  createdAt: Instant,
  /** Placements that serve it now. */
  placedIn: z.array(z.string()),
  /** False once the archive was collected; the record stays. */
  kept: z.boolean(),
});
export type ReleaseView = z.infer<typeof ReleaseView>;

/** The image of a release. */
export const ReleaseImageView = z.object({
  component: ComponentName,
  release: z.number().int().positive(),
  state: z.enum(['building', 'ready', 'failed']),
  /** By digest in its registry: `registry.example.com/pltf/users-api@sha256:…`; absent where it is in none. */
  reference: z.string().optional(),
  /** The engine's id of it: `sha256:…`. */
  id: z.string().optional(),
  builder: z.enum(['buildkit', 'classic']).optional(),
  reason: Reason.optional(),
  startedAt: Instant,
  finishedAt: Instant.optional(),
});
export type ReleaseImageView = z.infer<typeof ReleaseImageView>;

export const StepState = z.enum([
  'waiting',
  'running',
  'passed',
  'failed',
  'skipped',
  'cancelled',
  'unavailable',
]);
export const RunStepView = z.object({
  name: z.string(),
  state: StepState,
  durationMs: z.number().optional(),
  /** Why it was skipped or cannot run here, or how a local mapping differs. */
  note: z.string().optional(),
});
export const RunJobView = z.object({
  id: z.string(),
  name: z.string(),
  state: StepState,
  durationMs: z.number().optional(),
  note: z.string().optional(),
  steps: z.array(RunStepView),
});
export type RunJobView = z.infer<typeof RunJobView>;
export const RunState = z.enum([
  'queued',
  'running',
  'passed',
  'failed',
  'cancelled',
  'superseded',
]);
/** One run of a repository's own workflows for one push. */
export const RunView = z.object({
  id: Id,
  component: ComponentName,
  number: z.number().int().positive(),
  branch: BranchName,
  commit: CommitId,
  subject: z.string(),
  by: z.string(),
  state: RunState,
  jobs: z.array(RunJobView),
  /** What the workflow asks for and cannot be had here, and where it will run. */
  notes: z.array(z.string()),
  /** The lines a person needs to see when it is red. */
  failing: z.array(
    z.object({ step: z.string(), where: z.string().optional(), lines: z.array(z.string()) }),
  ),
  release: z.number().int().optional(),
  createdAt: Instant,
  startedAt: Instant.optional(),
  finishedAt: Instant.optional(),
});
export type RunView = z.infer<typeof RunView>;

const tag = 'delivery';
const params = z.object({ component: ComponentName });
const ofRelease = z.object({
  component: ComponentName,
  release: z.coerce.number().int().positive(),
});
/** As the format that it is in describes it. */
const ImageDocument = z.record(z.string(), z.unknown());

export const deliveryApi = {
  listReleases: endpoint({
    method: 'GET',
    path: '/components/:component/releases',
    tag,
    action: 'component:read',
    summary: 'Releases, newest first',
    params,
    query: z.object(PageQuery),
    answer: page(ReleaseView),
  }),
  getReleaseImage: endpoint({
    method: 'GET',
    path: '/components/:component/releases/:release/image',
    tag,
    action: 'component:read',
    summary: 'The image of a release, by digest',
    params: ofRelease,
    answer: ReleaseImageView,
  }),
  getReleaseSbom: endpoint({
    method: 'GET',
    path: '/components/:component/releases/:release/image/sbom',
    tag,
    action: 'component:read',
    summary: 'What is in the image of a release (CycloneDX)',
    params: ofRelease,
    answer: ImageDocument,
  }),
  getReleaseProvenance: endpoint({
    method: 'GET',
    path: '/components/:component/releases/:release/image/provenance',
    tag,
    action: 'component:read',
    summary: 'Where the image of a release came from (an in-toto statement with SLSA provenance)',
    params: ofRelease,
    answer: ImageDocument,
  }),
  listRuns: endpoint({
    method: 'GET',
    path: '/components/:component/runs',
    tag,
    action: 'component:read',
    summary: 'Pipeline runs, newest first',
    params,
    query: z.object({ ...PageQuery, branch: BranchName.optional() }),
    answer: page(RunView),
  }),
  getRun: endpoint({
    method: 'GET',
    path: '/runs/:id',
    tag,
    action: 'component:read',
    summary: 'One pipeline run with its jobs and steps',
    params: IdParams,
    answer: RunView,
  }),
  runLog: endpoint({
    method: 'GET',
    path: '/runs/:id/log',
    tag,
    action: 'component:read',
    stream: 'ndjson',
    summary: 'The log of all steps in order; `instance` names job and step',
    params: IdParams,
    query: z.object({ follow: z.stringbool().default(false) }),
    answer: LogLine,
  }),
  cancelRun: endpoint({
    method: 'POST',
    path: '/runs/:id/cancel',
    tag,
    action: 'component:operate',
    summary: 'Cancel a run',
    params: IdParams,
    answer: RunView,
    status: 202,
  }),
  rerun: endpoint({
    method: 'POST',
    path: '/runs/:id/rerun',
    tag,
    action: 'component:operate',
    summary: 'Run the same commit again',
    params: IdParams,
    answer: RunView,
    status: 202,
  }),
  promote: endpoint({
    method: 'POST',
    path: '/components/:component/promote',
    tag,
    action: 'component:operate',
    summary: 'Take the release that serves in one environment to the next, without a rebuild',
    params,
    body: z.object({
      ...{ from: EnvironmentName.optional(), to: EnvironmentName.optional() },
      ...RolloutWish,
    }),
    answer: RolloutView,
    status: 202,
  }),
  removePreview: endpoint({
    method: 'DELETE',
    path: '/previews/:placement',
    tag,
    action: 'component:operate',
    summary: 'End a preview before its time',
    params: z.object({ placement: z.string().max(90) }),
    answer: Empty,
    status: 202,
  }),
};
