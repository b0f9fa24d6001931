import { z } from 'zod';
import { CommitId, Digest, PlacementId } from '../names.ts';

/** Whose a process is: decides the unprivileged user it runs under and the files it may see. */
export const Owner = z.object({ team: z.string().max(40), component: z.string().max(40) });
export type Owner = z.infer<typeof Owner>;

/** A release as the agent knows it: a content-addressed archive in its store. */
export const PlacedRelease = z.object({
  id: z.string(),
  number: z.number().int(),
  digest: Digest,
  commit: CommitId,
});
export type PlacedRelease = z.infer<typeof PlacedRelease>;

/** How the agent runs one instance. Durations in milliseconds, memory in MiB, `cpu` in cores. */
export const PlacedRun = z.object({
  /** Absent for a site: then the agent serves `folder`. */
  command: z.array(z.string()).min(1).optional(),
  folder: z.string().optional(),
  /** True when the program listens (service, site): it gets PORT, a health check and traffic. */
  serves: z.boolean(),
  health: z.string().optional(),
  env: z.record(z.string(), z.string()),
  memoryMiB: z.number().int(),
  cpu: z.number(),
  drainMs: z.number().int(),
  startTimeoutMs: z.number().int(),
  /** Runs once for each new release before traffic shifts; its failure stops the rollout. */
  releaseCommand: z.array(z.string()).min(1).optional(),
  /** Path in the program's view of a folder that outlives releases; forces a stop-first rollout. */
  volume: z.string().optional(),
  /** A job: it runs when it is asked to, and no instance of it waits. */
  runsToEnd: z.literal(true).optional(),
  /** What a container gets as PORT; a process gets a free port of the machine. */
  port: z.number().int().min(1).max(65_535).optional(),
});
export type PlacedRun = z.infer<typeof PlacedRun>;

/** What keeps instances apart: the machine's own means, or containers of a Docker Engine. */
export const InstanceIsolation = z.enum(['process', 'docker']);
export type InstanceIsolation = z.infer<typeof InstanceIsolation>;

/** Where images go and what is written on them. */
export const ImagePlan = z.object({
  /** `registry.example.com/pltf`; absent: images stay with the engine. */
  registry: z.string().max(253).optional(),
  /** Address of the repository. */
  source: z.string().max(500).optional(),
  /** A ready image that is brought instead of building one: `nginx:1.27`; what it means is found out once a release. */
  named: z.string().max(500).optional(),
  /** Build arguments of the Dockerfile. */
  args: z
    .record(z.string().max(100), z.string().max(4000))
    .refine((all) => Object.keys(all).length <= 50, 'at most 50 build arguments')
    .optional(),
});
export type ImagePlan = z.infer<typeof ImagePlan>;

/** A call that is allowed from one placement to another, under the host name that the caller uses. */
export const PlacementEdge = z.object({
  /** What the caller calls it: `payments` gives it `PAYMENTS_URL`. */
  need: z.string().max(63),
  placement: PlacementId,
  host: z.string().max(253),
});
export type PlacementEdge = z.infer<typeof PlacementEdge>;

/**
 * What the server wants of one placement. Declarative: the agent finds the way, persists it, and goes
 * on when the server is away. A PUT with a `revision` it has seen changes nothing; a lower one is refused.
 */
export const DesiredPlacement = z.object({
  id: PlacementId,
  owner: Owner,
  revision: z.number().int().positive(),
  hosts: z.array(z.string().max(253)).max(30),
  release: PlacedRelease,
  run: PlacedRun,
  /** How many instances; 0 is only reached by `state: stopped`. */
  instances: z.number().int().min(1).max(100),
  state: z.enum(['running', 'stopped']),
  /** Growing number: a higher one restarts all instances by a rollout of the same release. */
  restarts: z.number().int(),
  /** How long the previous release's instances stay warm after a rollout, for an instant rollback. */
  keepWarmMs: z.number().int(),
  /** A rollout that is under way goes no further. */
  paused: z.boolean().optional(),
  /** Absent: `process`. */
  isolation: InstanceIsolation.optional(),
  /** For `isolation: docker`. */
  image: ImagePlan.optional(),
  /** Containers reach these placements through the router, and nothing else. */
  edges: z.array(PlacementEdge).max(50).optional(),
});
export type DesiredPlacement = z.infer<typeof DesiredPlacement>;
