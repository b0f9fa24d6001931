import { z } from 'zod';
import { ObservedPlacement } from '../agent/observed.ts';
import { JsonValue } from '../json-value.ts';
import { Instant, PlacementId } from '../names.ts';
import { endpoint } from './endpoint.ts';

/** As an engine says it, without what is secret. */
const Fields = z.record(z.string(), JsonValue);

/** An object that a runtime keeps for a placement, as it is there now. */
export const EvidenceObject = z.object({
  /** `Deployment users-api`. */
  object: z.string(),
  content: Fields,
});
export type EvidenceObject = z.infer<typeof EvidenceObject>;

/** What an engine tells of an object: `FailedScheduling`, `BackOff` … */
export const EvidenceEvent = z.object({
  /** When it came last. */
  at: Instant.optional(),
  type: z.string(),
  reason: z.string(),
  /** `Pod users-api-7d9f`. */
  about: z.string(),
  message: z.string(),
  times: z.number().int(),
});
export type EvidenceEvent = z.infer<typeof EvidenceEvent>;

export const EvidenceInstance = z.object({
  id: z.string(),
  phase: z.string(),
  node: z.string().optional(),
  conditions: z.array(Fields),
  containers: z.array(
    z.object({
      name: z.string(),
      /** State, how it ended last, and how often it was started again. */
      status: Fields,
      /** The last lines, the newest last. */
      log: z.array(z.string()),
      /** Of the container before its last restart. */
      logBefore: z.array(z.string()),
    }),
  ),
});
export type EvidenceInstance = z.infer<typeof EvidenceInstance>;

/** What the runtime of a placement can show of it, for whoever looks into a fault. */
export const PlacementEvidence = z.object({
  placement: PlacementId,
  /** By its name in the platform file. */
  runtime: z.string(),
  asOf: Instant,
  /** With its rollout, its notes and its drift. */
  observed: ObservedPlacement.optional(),
  /** What the server has written down of its rollout, where the server carries rollouts out. */
  record: Fields.optional(),
  objects: z.array(EvidenceObject),
  events: z.array(EvidenceEvent),
  instances: z.array(EvidenceInstance),
  /** What could not be read, or is too much, and why. */
  missing: z.array(z.object({ what: z.string(), because: z.string() })),
});
export type PlacementEvidence = z.infer<typeof PlacementEvidence>;

export const evidenceApi = {
  getPlacementEvidence: endpoint({
    method: 'GET',
    path: '/placements/:placement/evidence',
    tag: 'runtime',
    action: 'component:read',
    summary:
      'What its runtime can show of a placement: objects, events, conditions, last log lines; what looks secret is masked',
    params: z.object({ placement: PlacementId }),
    answer: PlacementEvidence,
  }),
};
