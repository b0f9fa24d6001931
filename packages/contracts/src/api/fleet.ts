import { z } from 'zod';
import { Instant, PlacementId } from '../names.ts';
import { endpoint } from './endpoint.ts';
import { PageQuery, page, Why } from './shapes.ts';

export const FleetMemberState = z.enum(['waiting', 'going', 'done', 'failed', 'held', 'back']);

/** One ring of a change that goes out. */
export const FleetWaveView = z.object({
  ring: z.string(),
  soakMs: z.number().int(),
  maxFailures: z.number().int(),
  mandatory: z.boolean(),
  /** The one that is under way. */
  current: z.boolean(),
  counts: z.record(FleetMemberState, z.number().int()),
  /** Members that are taken out instead of changed; absent when none is. */
  removals: z.number().int().optional(),
  startedAt: Instant.optional(),
  soaksUntil: Instant.optional(),
  passedAt: Instant.optional(),
  /** At most 200, those that failed first. */
  members: z.array(
    z.object({ placement: z.string(), state: FleetMemberState, reason: z.string().optional() }),
  ),
});
export type FleetWaveView = z.infer<typeof FleetWaveView>;

/** A version of the platform on its way to clusters. */
export const FleetChangeView = z.object({
  id: z.string(),
  version: z.number().int(),
  state: z.enum(['running', 'halted', 'aborting', 'aborted', 'finished', 'superseded']),
  /** Why it was halted or aborted. */
  reason: z.string().optional(),
  startedAt: Instant,
  finishedAt: Instant.optional(),
  waves: z.array(FleetWaveView),
});
export type FleetChangeView = z.infer<typeof FleetChangeView>;

/** A placement that no change of the platform touches for now. */
export const FleetHoldView = z.object({
  placement: z.string(),
  by: z.string(),
  why: z.string(),
  since: Instant,
});
export type FleetHoldView = z.infer<typeof FleetHoldView>;

const tag = 'fleet';
const body = z.strictObject({ why: Why });
const decision = { method: 'POST', tag, action: 'platform:write', body } as const;
const placement = z.object({ placement: PlacementId });

export const fleetApi = {
  listFleetChanges: endpoint({
    ...{ method: 'GET', path: '/fleet/changes', tag, action: 'signed-in' },
    summary: 'Versions of the platform that went out to clusters, newest first',
    query: z.object(PageQuery),
    answer: page(FleetChangeView),
  }),
  getFleetChange: endpoint({
    ...{ method: 'GET', path: '/fleet/changes/:change', tag, action: 'signed-in' },
    summary: 'One of them, wave by wave',
    params: z.object({ change: z.string().max(40) }),
    answer: FleetChangeView,
  }),
  haltFleet: endpoint({
    ...{ ...decision, path: '/fleet/halt' },
    summary: 'Let no placement more have the change that goes out',
    answer: FleetChangeView,
  }),
  resumeFleet: endpoint({
    ...{ ...decision, path: '/fleet/resume' },
    summary: 'Let it go on, with what failed so far accepted; one failure more halts it again',
    answer: FleetChangeView,
  }),
  abortFleet: endpoint({
    ...{ ...decision, path: '/fleet/abort' },
    summary: 'Take it back where it is: each placement rolls out what it had before',
    answer: FleetChangeView,
  }),
  listFleetHolds: endpoint({
    ...{ method: 'GET', path: '/fleet/holds', tag, action: 'signed-in' },
    summary: 'Placements that no change of the platform touches for now',
    answer: z.object({ items: z.array(FleetHoldView) }),
  }),
  holdPlacement: endpoint({
    ...{ method: 'PUT', path: '/fleet/holds/:placement', tag, action: 'platform:write', body },
    params: placement,
    summary: 'Keep changes of the platform away from a placement',
    answer: z.object({}),
  }),
  releasePlacement: endpoint({
    ...{ method: 'DELETE', path: '/fleet/holds/:placement', tag, action: 'platform:write' },
    params: placement,
    summary: 'Let changes of the platform reach it again',
    answer: z.object({}),
  }),
};
