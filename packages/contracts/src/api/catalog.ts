import { z } from 'zod';
import { Verdict } from '../guardrail.ts';
import { ComponentName, EnvironmentName, Id, Instant, TeamName } from '../names.ts';
import { PlanCost, Provenance } from '../plan.ts';
import { Spec } from '../spec.ts';
import { ComponentKind } from '../thin-file.ts';
import { ReleaseView, RunView } from './delivery.ts';
import { endpoint } from './endpoint.ts';
import { PlacementView } from './runtime.ts';
import { IdParams, PageQuery, page, Why } from './shapes.ts';

export const Wellness = z.enum(['healthy', 'degraded', 'down', 'stopped', 'unknown', 'none']);
export type Wellness = z.infer<typeof Wellness>;

export const ComponentSummary = z.object({
  name: ComponentName,
  kind: ComponentKind,
  owner: TeamName,
  description: z.string(),
  path: z.string().optional(),
  state: z.enum(['creating', 'ready', 'deleting']),
  wellness: Wellness,
  placements: z.array(
    z.object({
      id: z.string(),
      environment: EnvironmentName,
      url: z.string().optional(),
      phase: z.string(),
      release: z.number().int().optional(),
    }),
  ),
  createdAt: Instant,
  changedAt: Instant,
});
export type ComponentSummary = z.infer<typeof ComponentSummary>;

export const OperationStep = z.object({
  id: z.string(),
  title: z.string(),
  state: z.enum(['waiting', 'running', 'done', 'failed', 'undone', 'skipped']),
  detail: z.string().optional(),
  startedAt: Instant.optional(),
  finishedAt: Instant.optional(),
});

export type OperationStep = z.infer<typeof OperationStep>;

/** Long work with an owner, steps, and a receipt of what was made, undone or is gone. */
export const OperationView = z.object({
  id: Id,
  kind: z.enum(['create', 'apply', 'delete', 'remove-preview']),
  subject: z.string(),
  state: z.enum(['running', 'done', 'undoing', 'undone']),
  steps: z.array(OperationStep),
  /** Set when it failed: a problem's code, what happened, and the remedy. */
  problem: z.object({ code: z.string(), detail: z.string(), fix: z.string() }).optional(),
  receipt: z.array(
    z.object({ what: z.string(), outcome: z.enum(['made', 'undone', 'gone', 'kept', 'unknown']) }),
  ),
  links: z.record(z.string(), z.string()),
  requestedBy: z.string(),
  startedAt: Instant,
  finishedAt: Instant.optional(),
});
export type OperationView = z.infer<typeof OperationView>;

export const ComponentDetail = ComponentSummary.extend({
  spec: Spec.optional(),
  repository: z
    .object({
      cloneUrl: z.string(),
      defaultBranch: z.string(),
      branches: z.array(z.object({ name: z.string(), commit: z.string(), at: Instant })),
    })
    .optional(),
  placements: z.array(PlacementView),
  releases: z.array(ReleaseView),
  runs: z.array(RunView),
  operation: OperationView.optional(),
  pageUrl: z.string(),
});
export type ComponentDetail = z.infer<typeof ComponentDetail>;

export const GoldenPathView = z.object({
  id: z.string(),
  title: z.string(),
  description: z.string(),
  kind: ComponentKind,
  version: z.string(),
  maturity: z.enum(['supported', 'experimental']),
  support: z.string(),
  owner: z.string(),
  /** JSON Schema of the form's pages, in the Backstage template format. */
  parameters: z.array(z.record(z.string(), z.unknown())),
});
export type GoldenPathView = z.infer<typeof GoldenPathView>;

export const CreateComponent = z.object({
  kind: ComponentKind.default('service'),
  name: ComponentName,
  /** A golden path's id, `node-service` or `node-service@1`; the kind's default one unless given. */
  path: z.string().max(60).optional(),
  owner: TeamName.optional(),
  description: z.string().max(500).optional(),
  ci: z.enum(['github', 'gitlab']).default('github'),
  parameters: z.record(z.string().max(60), z.unknown()).default({}),
});
export type CreateComponent = z.infer<typeof CreateComponent>;

/** What a creation would make, before anything is made. */
export const CreationPlan = z.object({
  name: z.string(),
  kind: ComponentKind,
  path: GoldenPathView.pick({
    id: true,
    title: true,
    version: true,
    maturity: true,
    support: true,
  }),
  owner: z.string(),
  files: z.array(z.object({ path: z.string(), bytes: z.number().int() })),
  pipeline: z.object({
    file: z.string().optional(),
    jobs: z.array(
      z.object({ name: z.string(), runsHere: z.boolean(), note: z.string().optional() }),
    ),
  }),
  placements: z.array(
    z.object({
      id: z.string(),
      environment: z.string(),
      url: z.string().optional(),
      size: z.string(),
      memoryMiB: z.number().int(),
      instances: z.string(),
      comes: z.string(),
    }),
  ),
  problems: z.array(
    z.object({ where: z.string(), message: z.string(), fix: z.string().optional() }),
  ),
  /** What guardrails say of it, what it would cost, and where each value comes from; absent while it is not valid. */
  verdicts: z.array(Verdict).optional(),
  cost: PlanCost.optional(),
  why: z.record(z.string(), Provenance).optional(),
});
export type CreationPlan = z.infer<typeof CreationPlan>;

const tag = 'catalog';
const params = z.object({ component: ComponentName });

export const catalogApi = {
  listGoldenPaths: endpoint({
    method: 'GET',
    path: '/golden-paths',
    tag,
    action: 'signed-in',
    summary: 'Golden paths with maturity, support promise and parameters',
    answer: page(GoldenPathView),
  }),
  listComponents: endpoint({
    method: 'GET',
    path: '/components',
    tag,
    action: 'component:read',
    summary: 'The catalogue, filtered as one types',
    query: z.object({
      ...PageQuery,
      q: z.string().max(100).optional(),
      kind: ComponentKind.optional(),
      owner: TeamName.optional(),
    }),
    answer: page(ComponentSummary),
  }),
  getComponent: endpoint({
    method: 'GET',
    path: '/components/:component',
    tag,
    action: 'component:read',
    summary: 'One component with placements, releases and runs',
    params,
    answer: ComponentDetail,
  }),
  planComponent: endpoint({
    method: 'POST',
    path: '/plans',
    tag,
    action: 'component:read',
    summary: 'What a creation would make; changes nothing',
    readsOnly: true,
    body: CreateComponent.extend({ name: z.string().max(10_000) }),
    answer: CreationPlan,
  }),
  createComponent: endpoint({
    method: 'POST',
    path: '/components',
    tag,
    action: 'component:create',
    summary: 'Create a component: repository, files, pipeline, review app',
    body: CreateComponent,
    answer: OperationView,
    status: 202,
  }),
  deleteComponent: endpoint({
    method: 'DELETE',
    path: '/components/:component',
    tag,
    action: 'component:delete',
    summary: 'Delete a component and everything of it; ends when all is gone',
    params,
    query: z.object({ confirm: z.string().max(60), why: Why }),
    answer: OperationView,
    status: 202,
  }),
  getOperation: endpoint({
    method: 'GET',
    path: '/operations/:id',
    tag,
    action: 'component:read',
    summary: 'A long operation with its steps and receipt',
    params: IdParams,
    answer: OperationView,
  }),
};
