import {
  ClusterSettings,
  DesiredPlacement,
  PlacedRelease,
  PlacementObject,
  Reason,
} from '@pltf/contracts';
import { z } from 'zod';

const Peer = z.object({
  component: z.string(),
  label: z.string(),
  environment: z.string(),
  port: z.number().optional(),
  morePorts: z
    .array(z.object({ port: z.number().int(), protocol: z.enum(['TCP', 'UDP']) }))
    .optional(),
});

const Wanted = z
  .object({
    desired: DesiredPlacement,
    object: PlacementObject,
    callers: z.array(Peer),
    callees: z.record(z.string(), Peer),
    schedule: z.string().optional(),
    stamp: z.object({ specHash: z.string(), platformVersion: z.string() }),
    cluster: ClusterSettings.optional(),
  })
  .transform(({ schedule, ...wanted }) => ({ ...wanted, schedule }));

/** The image of a release, by digest, and the numeric user that it runs as, where it is known. */
export const PlacedImage = z.object({ reference: z.string(), user: z.number().int().optional() });
export type PlacedImage = z.infer<typeof PlacedImage>;

/** What the cluster was when instances were rendered: they are not replaced because the cluster was upgraded. */
const RenderedFor = z.looseObject({ minor: z.number().int(), kinds: z.array(z.string()) });

/** A release with all that it takes to render it again. */
export const Accepted = z.object({
  wanted: Wanted,
  image: PlacedImage.optional(),
  facts: RenderedFor.optional(),
});

export type Accepted = z.infer<typeof Accepted>;

/**
 * Where a rollout is. `returning` goes back to the one that served before, or to none when there is none; the last
 * four are ends. `committed` is one where nobody reports what came of it.
 */
export const RolloutStage = z.enum([
  'image',
  'surroundings',
  'release-task',
  'workload',
  'healthy',
  'draining',
  'returning',
  'done',
  'committed',
  'rolled-back',
  'failed',
]);
export type RolloutStage = z.infer<typeof RolloutStage>;

/**
 * All that has to be known of a placement to go on with its rollout after a kill, beside what the cluster itself says.
 * Times in milliseconds.
 */
export const RolloutRecord = z.object({
  placement: z.string(),
  runtime: z.string(),
  /** What was accepted last. */
  current: Accepted,
  /** What came to its end last: where a rollout that fails goes back to. */
  good: Accepted.optional(),
  /** While nothing came to its end yet: what may have left instances, so that they can be ended. */
  earlier: Accepted.optional(),
  stage: RolloutStage,
  /** When the stage began. */
  since: z.number(),
  startedAt: z.number(),
  /** The release that had the traffic when the rollout began. */
  from: PlacedRelease.optional(),
  switchedAt: z.number().optional(),
  finishedAt: z.number().optional(),
  reason: Reason.optional(),
  /** For a driver that writes to a repository: the commit, the manifest in it by its blob, when, and with which task. */
  written: z
    .object({ commit: z.string(), blob: z.string(), at: z.number(), task: z.boolean() })
    .optional(),
  /** Ids of releases whose release task has ended well, the newest last. */
  releaseTasks: z.array(z.string()),
  /** Names of volumes that some release has had, each without the number of its instance. */
  volumes: z.array(z.string()).optional(),
  /** One-off tasks that were started, the newest last: none of them is started again. */
  tasks: z.array(z.string()),
});
export type RolloutRecord = z.infer<typeof RolloutRecord>;
