import { z } from 'zod';
import { Instant, PlacementId } from '../names.ts';
import { PlacedRelease } from './desired.ts';

export const LogLine = z.object({
  at: Instant,
  instance: z.string(),
  stream: z.enum(['out', 'err', 'platform']),
  text: z.string(),
});
export type LogLine = z.infer<typeof LogLine>;

/** What a command writes as it goes, in pieces; its exit code comes last. */
export const ExecOutput = z.union([
  z.object({ stream: z.enum(['out', 'err']), text: z.string() }),
  z.object({ exitCode: z.number().int() }),
]);
export type ExecOutput = z.infer<typeof ExecOutput>;

/** Why something went wrong, in the user's terms, with the last lines of the log that show it. */
export const Reason = z.object({
  code: z.string(),
  detail: z.string(),
  fix: z.string(),
  log: z.array(z.string()),
});
export type Reason = z.infer<typeof Reason>;

/** What the router counted. Durations in milliseconds. */
export const Traffic = z.object({
  requests: z.number().int(),
  /** Answers with a status of 500 or more from the program. */
  errors: z.number().int(),
  /** Requests that the router had to fail itself (502, 503, 504, cut connections). */
  failures: z.number().int(),
  slowestMs: z.number(),
  p50Ms: z.number(),
  p95Ms: z.number(),
  p99Ms: z.number(),
});
export type Traffic = z.infer<typeof Traffic>;

export const InstanceState = z.enum([
  'starting',
  'healthy',
  'unhealthy',
  'draining',
  'warm',
  'stopping',
  'backoff',
  'exited',
]);

export const ObservedInstance = z.object({
  id: z.string(),
  release: z.number().int(),
  state: InstanceState,
  pid: z.number().int().optional(),
  port: z.number().int().optional(),
  /** Id of its container, where it has one. */
  container: z.string().optional(),
  startedAt: Instant.optional(),
  restarts: z.number().int(),
  memoryMiB: z.number().optional(),
  /** How it ended last: `exit 1`, `SIGKILL: out of memory (256 MiB)` … */
  lastExit: z.string().optional(),
});
export type ObservedInstance = z.infer<typeof ObservedInstance>;

/** `committed` is an end without a claim: it is in its repository, and nobody reports what came of it. */
export const RolloutStep = z.enum([
  'starting',
  // Its image is being made.
  'image',
  'waiting-healthy',
  'release-task',
  'holding',
  'switching',
  'draining',
  'done',
  'committed',
  'rolled-back',
  'failed',
]);

export type RolloutStep = z.infer<typeof RolloutStep>;

/** One pass from one desired revision to the next, as the agent carries it out. */
export const ObservedRollout = z.object({
  revision: z.number().int(),
  from: PlacedRelease.optional(),
  to: PlacedRelease,
  step: RolloutStep,
  startedAt: Instant,
  /** When traffic went to the new release. */
  switchedAt: Instant.optional(),
  finishedAt: Instant.optional(),
  reason: Reason.optional(),
  /** Counted from the rollout's start to its end. */
  traffic: Traffic.optional(),
});
export type ObservedRollout = z.infer<typeof ObservedRollout>;

export const PlacementPhase = z.enum([
  'rolling',
  'running',
  'degraded',
  'failed',
  'stopped',
  'removing',
]);

/** Something that the placement asks for and its runtime cannot give; the rest is there all the same. */
export const PlacementNote = z.object({
  /** `scaling to 6`, `disruption budget`, `route users.example.com`. */
  what: z.string(),
  because: z.string(),
});
export type PlacementNote = z.infer<typeof PlacementNote>;

/** A field of a running object that is not what the platform asked for. */
export const DriftedField = z.object({
  /** `Deployment users-api`. */
  object: z.string(),
  /** As the engine writes it: `.spec.replicas`. */
  field: z.string(),
  /** As JSON; absent where the platform asks for none. */
  wanted: z.string().optional(),
  live: z.string().optional(),
  /** Who owns the field now: `kubectl-edit`. */
  manager: z.string(),
  /** Who did it, where the engine says so. */
  user: z.string().optional(),
  since: Instant.optional(),
  /** What to write into the thin file to keep it so: `run.instances` = `4`; absent where the file has no word for it. */
  adopt: z.object({ path: z.string(), value: z.string() }).optional(),
});
export type DriftedField = z.infer<typeof DriftedField>;

export const ObservedPlacement = z.object({
  id: PlacementId,
  /** The desired revision that this answers to. */
  revision: z.number().int(),
  phase: PlacementPhase,
  /** The release that gets the traffic, if any does. */
  serving: PlacedRelease.optional(),
  /** Earlier releases whose instances are still warm. */
  warm: z.array(PlacedRelease),
  instances: z.array(ObservedInstance),
  rollout: ObservedRollout.optional(),
  /** What a removal still waits for; empty unless `removing`. */
  leftovers: z.array(z.string()),
  /** Absent where nobody counts: on a cluster that is its gateway's business. */
  traffic: Traffic.optional(),
  notes: z.array(PlacementNote).optional(),
  drift: z.array(DriftedField).optional(),
  /** Objects that somebody had deleted, and that were put back in this pass: `ConfigMap users-api`. */
  restored: z.array(z.string()).optional(),
  /** When a job on a schedule was started last by its engine. */
  lastTurn: Instant.optional(),
  /** Since when nobody has said how it is: what stands here is older. Absent while somebody does. */
  unknownSince: Instant.optional(),
  at: Instant,
});
export type ObservedPlacement = z.infer<typeof ObservedPlacement>;
