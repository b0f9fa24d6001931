import {
  DesiredPlacement,
  InstanceIsolation,
  InstanceState,
  ObservedRollout,
  PlacedRelease,
  PlacedRun,
  Reason,
} from '@pltf/contracts';
import { z } from 'zod';

/** Instances that belong together: one release run in one way. A rollout goes from one cohort to another. */
export const CohortRecord = z.object({
  id: z.string(),
  /** Digest of the release and how it runs; equal keys can take each other's place. */
  key: z.string(),
  /** The count of wished restarts for which it was made. */
  restarts: z.number().int(),
  release: PlacedRelease,
  run: PlacedRun,
  /** Absent: `process`. */
  isolation: InstanceIsolation.optional(),
  /** Its release is unpacked. */
  prepared: z.boolean(),
  /** It had traffic once: from then on its crashes are restarted, they fail no rollout. */
  established: z.boolean(),
  releaseTask: z.enum(['none', 'wanted', 'running', 'done']),
  startFailures: z.number().int(),
  /** Why it was given up. */
  failure: Reason.optional(),
  /** Milliseconds since the epoch. */
  warmUntil: z.number().optional(),
});
export type CohortRecord = z.infer<typeof CohortRecord>;

export const InstanceRecord = z.object({
  id: z.string(),
  cohort: z.string(),
  state: InstanceState,
  /** What follows the draining. */
  after: z.enum(['warm', 'stop']).optional(),
  process: z
    .object({ pid: z.number().int(), startTime: z.number(), bootId: z.string() })
    .optional(),
  cgroup: z.array(z.string()).default([]),
  /** Id of its container. */
  container: z.string().optional(),
  /** Where its port is, if not on loopback. */
  address: z.string().optional(),
  port: z.number().int().optional(),
  startedAt: z.number().optional(),
  healthyAt: z.number().optional(),
  restarts: z.number().int(),
  /** Ends in a row without ten good minutes between; decides how long the next start waits. */
  crashes: z.number().int(),
  retryAt: z.number().optional(),
  lastExit: z.string().optional(),
});
export type InstanceRecord = z.infer<typeof InstanceRecord>;

/** Everything the agent knows of a placement, on disk before it acts on it. */
export const PlacementRecord = z.object({
  version: z.literal(1),
  desired: DesiredPlacement,
  /** Counts cohorts and instances, so that their names are never used again. */
  sequence: z.number().int(),
  target: z.string(),
  /** The cohort that gets the traffic. */
  serving: z.string().optional(),
  /** Instances that the router knows now. */
  routed: z.array(z.string()),
  routedHosts: z.array(z.string()).default([]),
  cohorts: z.array(CohortRecord),
  instances: z.array(InstanceRecord),
  /** Releases whose release command has run. */
  releaseTasks: z.array(z.string()),
  rollout: ObservedRollout.optional(),
  /** Requests wait at the router since then (milliseconds since the epoch). */
  heldSince: z.number().optional(),
  removing: z.boolean(),
});
export type PlacementRecord = z.infer<typeof PlacementRecord>;

/** What of it must outlive the machine. */
export const Wish = z.object({
  version: z.literal(1),
  desired: DesiredPlacement,
  releaseTasks: z.array(z.string()),
  removing: z.boolean(),
});
export type Wish = z.infer<typeof Wish>;

export const cohortOf = (record: PlacementRecord, id: string | undefined) =>
  record.cohorts.find((cohort) => cohort.id === id);
