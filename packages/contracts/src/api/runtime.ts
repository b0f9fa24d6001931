import { z } from 'zod';
import {
  DriftedField,
  LogLine,
  ObservedInstance,
  PlacementNote,
  PlacementPhase,
  Reason,
  RolloutStep,
  Traffic,
} from '../agent/observed.ts';
import {
  BranchName,
  CommitId,
  ComponentName,
  EnvironmentName,
  Id,
  Instant,
  PlacementId,
} from '../names.ts';
import { endpoint } from './endpoint.ts';
import { PageQuery, page, RolloutWish, Why } from './shapes.ts';

export const RolloutKind = z.enum([
  'deploy',
  'promote',
  'rollback',
  'restart',
  'scale',
  'stop',
  'start',
]);
export type RolloutKind = z.infer<typeof RolloutKind>;

/** A placement's way from one state to the next, asked for by somebody. */
export const RolloutView = z.object({
  id: Id,
  placement: PlacementId,
  component: ComponentName,
  environment: EnvironmentName,
  kind: RolloutKind,
  state: z.enum(['running', 'done', 'rolled-back', 'failed', 'superseded']),
  step: RolloutStep,
  from: z.number().int().optional(),
  to: z.number().int(),
  requestedBy: z.string(),
  why: z.string().optional(),
  startedAt: Instant,
  switchedAt: Instant.optional(),
  finishedAt: Instant.optional(),
  reason: Reason.optional(),
  traffic: Traffic.optional(),
});
export type RolloutView = z.infer<typeof RolloutView>;

/** Who holds a rollout where it is. */
export const Held = z.object({ by: z.string(), since: Instant, why: z.string().optional() });
export type Held = z.infer<typeof Held>;

/** When a job runs. */
export const ScheduleView = z.object({
  /** Five cron fields, UTC. */
  cron: z.string(),
  /** Absent while it is stopped, and before its first release. */
  next: Instant.optional(),
  last: Instant.optional(),
  /** How the last turn ended, where that is known. */
  lastState: z.enum(['running', 'passed', 'failed']).optional(),
});
export type ScheduleView = z.infer<typeof ScheduleView>;

export const PlacementView = z.object({
  id: PlacementId,
  component: ComponentName,
  environment: EnvironmentName,
  branch: BranchName.optional(),
  /** Where it answers; absent for workers and jobs. */
  url: z.string().optional(),
  /** Where it runs, by the name in the platform file. */
  runtime: z.string(),
  /** Runtimes where something of it still is: it moves away from there. */
  movingFrom: z.array(z.string()),
  phase: z.union([PlacementPhase, z.literal('unknown')]),
  /** When `phase`, instances and traffic were observed. */
  asOf: Instant.optional(),
  desired: z.object({
    release: z.number().int(),
    instances: z.number().int(),
    state: z.enum(['running', 'stopped', 'gone']),
    size: z.string(),
  }),
  serving: z.object({ number: z.number().int(), commit: CommitId }).optional(),
  /** Releases that a rollback reaches at once. */
  warm: z.array(z.number().int()),
  instances: z.array(ObservedInstance),
  rollout: RolloutView.optional(),
  /** Present while somebody holds the rollout that is under way. */
  held: Held.optional(),
  /** Of a job that has one. */
  schedule: ScheduleView.optional(),
  /** Whether a rollout of it can be held. */
  holds: z.literal(true).optional(),
  leftovers: z.array(z.string()),
  /** What it asks for and its runtime cannot give, and what else is to be known of it. */
  notes: z.array(PlacementNote),
  /** What somebody changed by hand where it runs. */
  drift: z.array(DriftedField),
  traffic: Traffic.optional(),
  expiresAt: Instant.optional(),
});
export type PlacementView = z.infer<typeof PlacementView>;

const tag = 'runtime';
const params = z.object({ placement: PlacementId });
const action = 'component:operate' as const;
const rollout = { method: 'POST', tag, action, params, answer: RolloutView, status: 202 } as const;

export const runtimeApi = {
  getPlacement: endpoint({
    method: 'GET',
    path: '/placements/:placement',
    tag,
    action: 'component:read',
    summary: 'One placement with its instances',
    params,
    answer: PlacementView,
  }),
  listRollouts: endpoint({
    method: 'GET',
    path: '/placements/:placement/rollouts',
    tag,
    action: 'component:read',
    summary: 'Rollouts, newest first, with what the router counted',
    params,
    query: z.object(PageQuery),
    answer: page(RolloutView),
  }),
  getRollout: endpoint({
    method: 'GET',
    path: '/rollouts/:id',
    tag,
    action: 'component:read',
    summary: 'One rollout',
    params: z.object({ id: Id }),
    answer: RolloutView,
  }),
  deploy: endpoint({
    ...rollout,
    path: '/placements/:placement/deploy',
    summary: 'Roll out a release (the newest one unless told)',
    body: z.object({ release: z.number().int().positive().optional(), ...RolloutWish }),
  }),
  rollback: endpoint({
    ...rollout,
    path: '/placements/:placement/rollback',
    summary: 'Go back to the release that served before (or the one named)',
    body: z.object({ to: z.number().int().positive().optional(), ...RolloutWish }),
  }),
  restart: endpoint({
    ...rollout,
    path: '/placements/:placement/restart',
    summary: 'Replace all instances without dropping a request',
    body: z.object({ why: Why }),
  }),
  scale: endpoint({
    ...rollout,
    path: '/placements/:placement/scale',
    summary: 'Change the number of instances',
    body: z.object({ instances: z.number().int().min(1).max(100), why: Why }),
  }),
  stop: endpoint({
    ...rollout,
    path: '/placements/:placement/stop',
    summary: 'Stop all instances; the address answers 503 with a note',
    body: z.object({ why: Why }),
  }),
  start: endpoint({
    ...rollout,
    path: '/placements/:placement/start',
    summary: 'Start what was stopped',
    body: z.object({ why: Why }),
  }),
  pauseRollout: endpoint({
    ...rollout,
    path: '/placements/:placement/pause',
    summary: 'Hold the rollout that is under way where it is; the release before serves on',
    body: z.object({ why: Why }),
  }),
  resumeRollout: endpoint({
    ...rollout,
    path: '/placements/:placement/resume',
    summary: 'Let a rollout that is held go on',
    body: z.object({ why: Why }),
  }),
  placementLogs: endpoint({
    method: 'GET',
    path: '/placements/:placement/logs',
    tag,
    action: 'component:read',
    stream: 'ndjson',
    summary: 'Log lines of all instances merged; `follow=true` stays',
    params,
    query: z.object({
      tail: z.coerce.number().int().min(0).max(10_000).default(100),
      follow: z.stringbool().default(false),
      instance: z.string().max(100).optional(),
    }),
    answer: LogLine,
  }),
};
