import { z } from 'zod';
import { CommitId, Digest, Instant, PlacementId } from '../names.ts';
import { ImagePlan, InstanceIsolation, Owner, PlacedRelease } from './desired.ts';
import { ObservedPlacement, Reason } from './observed.ts';

/** Ids of tasks and workspaces become file names: letters, digits, dot, dash and underscore. */
export const WorkId = z
  .string()
  .max(150)
  .regex(/^[A-Za-z0-9][A-Za-z0-9._-]*$/);

/** A commit in a bare repository of this machine. */
export const GitSource = z.object({
  gitDirectory: z.string(),
  commit: CommitId,
  ref: z.string().max(300),
  /** Commits of history to bring along; 0 is all. */
  depth: z.number().int().min(0).default(1),
  /** Folder below the workspace. */
  path: z.string().max(300).default('.'),
});
export type GitSource = z.infer<typeof GitSource>;

/**
 * A folder that belongs to one owner; made empty, or from a commit. Idempotent by id. A workspace that is there gets
 * the commit of `source` added once for each `step`.
 */
export const WorkspaceRequest = z.object({
  owner: Owner,
  source: GitSource.optional(),
  step: WorkId.optional(),
});
export type WorkspaceRequest = z.infer<typeof WorkspaceRequest>;

/** Where a workspace is, as the programs in it see it. */
export const WorkspacePlaces = z.object({
  root: z.string(),
  temporary: z.string(),
  home: z.string(),
  /** The search path of programs. */
  path: z.string(),
});
export type WorkspacePlaces = z.infer<typeof WorkspacePlaces>;

/** One program run to its end. Idempotent by id: the same id attaches to the same run, also after restarts. */
export const TaskRequest = z.object({
  owner: Owner,
  /** Where it runs: a workspace, or a fresh copy of a release. */
  in: z.union([
    z.object({ workspace: WorkId, path: z.string().max(300).default('.') }),
    z.object({ release: Digest }),
  ]),
  /**
   * A command as arguments, a script given to an interpreter (`{0}` in `shell` is the script's file), or the program
   * that the image of the release starts by itself.
   */
  run: z.union([
    z.object({ command: z.array(z.string()).min(1) }),
    z.object({
      shell: z.array(z.string()).min(1),
      script: z.string().max(200_000),
      extension: z.string().max(5),
    }),
    z.object({ program: z.literal(true) }),
  ]),
  env: z.record(z.string(), z.string()),
  /** Names of variables that get a fresh empty file each (GITHUB_OUTPUT …), whose text the result carries. */
  files: z.array(z.string()).max(10).default([]),
  timeoutMs: z.number().int().positive(),
  memoryMiB: z.number().int().positive(),
  /** Where the task runs: beside this placement's containers when it has some. */
  placement: PlacementId.optional(),
  isolation: InstanceIsolation.optional(),
});
export type TaskRequest = z.infer<typeof TaskRequest>;

export const TaskResult = z.object({
  id: WorkId,
  state: z.enum(['running', 'finished']),
  exitCode: z.number().int().optional(),
  signal: z.string().optional(),
  /** Set when the platform ended it: `timeout`, `cancelled`, `out-of-memory`, `agent-restarted`. */
  ended: z.string().optional(),
  files: z.record(z.string(), z.string()),
  startedAt: Instant,
  finishedAt: Instant.optional(),
});
export type TaskResult = z.infer<typeof TaskResult>;

/** Makes the release archive of a commit, or of a workspace in which the build has run. */
export const ReleaseRequest = z.object({
  owner: Owner,
  from: z.union([z.object({ source: GitSource }), z.object({ workspace: WorkId })]),
});
export type ReleaseRequest = z.infer<typeof ReleaseRequest>;
export const StoredRelease = z.object({
  digest: Digest,
  bytes: z.number().int(),
  files: z.number().int(),
});
export type StoredRelease = z.infer<typeof StoredRelease>;

/** Makes the image of a release by its Dockerfile, once. Another `attempt` tries again what had failed. */
export const ImageRequest = z.object({
  owner: Owner,
  /** The number is not known yet while the pipeline that makes the release runs. */
  release: PlacedRelease.pick({ digest: true, commit: true }).extend({
    number: z.number().int().optional(),
  }),
  plan: ImagePlan,
  attempt: WorkId,
});
export type ImageRequest = z.infer<typeof ImageRequest>;

/** The image of a release. Its log, its packages and where it came from are kept beside it. */
export const ReleaseImage = z.object({
  release: Digest,
  state: z.enum(['building', 'ready', 'failed']),
  attempt: WorkId,
  /** The engine's id of it: `sha256:…`. */
  image: z.string().optional(),
  /** By digest in the registry: `registry.example.com/pltf/users-api@sha256:…`. */
  reference: z.string().optional(),
  builder: z.enum(['buildkit', 'classic']).optional(),
  /** By number where the image knows it: `1000:1000`; else the name that it gives, empty for root. */
  user: z.string().optional(),
  reason: Reason.optional(),
  startedAt: Instant,
  finishedAt: Instant.optional(),
});
export type ReleaseImage = z.infer<typeof ReleaseImage>;

export const CacheRequest = z.object({
  key: z.string().min(1).max(512),
  restoreKeys: z.array(z.string().max(512)).max(10).default([]),
  paths: z.array(z.string().max(500)).min(1).max(50),
  /** Caches are shared within a scope only (the component, then the branch). */
  scope: z.string().max(300),
});
export const CacheResult = z.object({ hit: z.string().optional(), exact: z.boolean() });
export const ArtifactRequest = z.object({
  run: WorkId,
  name: z
    .string()
    .min(1)
    .max(150)
    .regex(/^[^/\\:*?"<>|\r\n]+$/),
  paths: z.array(z.string().max(500)).min(1).max(50),
});
export const ArtifactResult = z.object({
  files: z.number().int(),
  bytes: z.number().int(),
  digest: Digest.optional(),
});

/** The agent's durable journal, read by the server after a cursor: nothing is missed, nothing seen twice. */
export const JournalEntry = z.object({
  seq: z.number().int(),
  at: Instant,
  entry: z.discriminatedUnion('type', [
    z.object({ type: z.literal('placement-observed'), placement: ObservedPlacement }),
    z.object({ type: z.literal('placement-gone'), id: PlacementId }),
    z.object({
      type: z.literal('instance-ended'),
      placement: PlacementId,
      instance: z.string(),
      reason: Reason,
    }),
    z.object({ type: z.literal('task-finished'), id: WorkId }),
  ]),
});
export type JournalEntry = z.infer<typeof JournalEntry>;

/** What keeps teams apart on this machine; `lacks` says in words what it does not give. */
export const Isolation = z.object({
  users: z.boolean(),
  mounts: z.enum(['bubblewrap', 'unshare', 'none']),
  memory: z.enum(['cgroup2', 'cgroup1', 'watched']),
  lacks: z.array(z.string()),
});
export type Isolation = z.infer<typeof Isolation>;

/** The Docker Engine as the agent finds it; `detail` says why it is not available. */
export const ContainerEngine = z.object({
  available: z.boolean(),
  version: z.string().optional(),
  detail: z.string().optional(),
});
export type ContainerEngine = z.infer<typeof ContainerEngine>;

export const AgentHealth = z.object({
  version: z.string(),
  pid: z.number().int(),
  startedAt: Instant,
  router: z.object({ host: z.string(), port: z.number().int() }),
  isolation: Isolation,
  docker: ContainerEngine.optional(),
});
export type AgentHealth = z.infer<typeof AgentHealth>;
