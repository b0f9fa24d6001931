import { z } from 'zod';
import { ComponentName, EnvironmentName, Instant, PlacementId } from '../names.ts';
import { endpoint } from './endpoint.ts';
import { PageQuery, page } from './shapes.ts';

/** Types of events; `<thing>-<past participle or state>`. */
export const EventType = z.enum([
  'component-creation-started',
  'component-created',
  'component-creation-undone',
  'thin-file-apply-started',
  'thin-file-applied',
  'thin-file-apply-undone',
  'component-deletion-started',
  'component-deleted',
  'operation-progressed',
  'repository-created',
  'branch-pushed',
  'branch-deleted',
  'run-queued',
  'run-progressed',
  'run-finished',
  'release-created',
  'release-collected',
  'placement-created',
  'placement-changed',
  'placement-removed',
  'rollout-started',
  'rollout-progressed',
  'rollout-finished',
  'instance-ended',
  'drift-found',
  'drift-ended',
  'drift-reverted',
  'object-restored',
  'object-pruned',
  'command-executed',
  'task-started',
  'task-finished',
  'platform-changed',
  'platform-refused',
  'fleet-started',
  'fleet-wave-passed',
  'fleet-halted',
  'fleet-resumed',
  'fleet-abort-started',
  'fleet-aborted',
  'fleet-finished',
  'user-added',
  'user-changed',
  'team-changed',
  'token-created',
  'token-revoked',
  'signed-in',
  'guardrail-denied',
  'guardrails-audited',
  'exception-requested',
  'exception-approved',
  'exception-closed',
  'exception-expiring',
  'exception-flagged',
  'exception-ended',
  'request-created',
  'request-answered',
  'request-overdue',
]);
export type EventType = z.infer<typeof EventType>;

/** Something that happened. Told once, kept for ever, in one order. */
export const EventView = z.object({
  seq: z.number().int(),
  at: Instant,
  type: EventType,
  actor: z.string(),
  component: ComponentName.optional(),
  placement: PlacementId.optional(),
  environment: EnvironmentName.optional(),
  run: z.string().optional(),
  operation: z.string().optional(),
  /** One sentence for people. */
  summary: z.string(),
  why: z.string().optional(),
  data: z.record(z.string(), z.unknown()),
});
export type EventView = z.infer<typeof EventView>;

const filter = {
  component: ComponentName.optional(),
  operation: z.string().max(40).optional(),
  run: z.string().max(40).optional(),
};

export const PublicHealth = z.object({
  organisation: z.string(),
  asOf: Instant,
  services: z.array(
    z.object({
      name: z.string(),
      environments: z.array(
        z.object({ environment: z.string(), wellness: z.string(), asOf: Instant.optional() }),
      ),
    }),
  ),
});

export const eventsApi = {
  listEvents: endpoint({
    method: 'GET',
    path: '/activity',
    tag: 'events',
    action: 'component:read',
    summary: 'What happened, newest first',
    query: z.object({ ...PageQuery, ...filter }),
    answer: page(EventView),
  }),
  followEvents: endpoint({
    method: 'GET',
    path: '/events',
    tag: 'events',
    action: 'component:read',
    stream: 'sse',
    summary: 'Events as they happen (server-sent events; resume with Last-Event-ID or `after`)',
    query: z.object({ ...filter, after: z.coerce.number().int().min(0).optional() }),
    answer: EventView,
  }),
  publicHealth: endpoint({
    method: 'GET',
    path: '/public/health',
    tag: 'events',
    action: 'public',
    summary: 'Which services are well; only when the platform file opens it',
    answer: PublicHealth,
  }),
  platformHealth: endpoint({
    method: 'GET',
    path: '/health',
    tag: 'events',
    action: 'public',
    summary: 'Whether server, database and agent answer',
    answer: z.object({
      status: z.enum(['ok', 'degraded']),
      version: z.string(),
      database: z.enum(['ok', 'down']),
      agent: z.enum(['ok', 'down']),
    }),
  }),
};
