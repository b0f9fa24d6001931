import { z } from 'zod';
import { ContainerEngine } from '../agent/index.ts';
import { CommitId, Digest, EnvironmentName, Instant } from '../names.ts';
import { OfferName } from '../need.ts';
import { PlatformFile } from '../platform-file.ts';
import { PlatformPlan } from '../platform-plan.ts';
import { endpoint } from './endpoint.ts';
import { PageQuery, page, Why } from './shapes.ts';

/** Where the platform's files may lie: what else is in a folder or repository is nobody's business here. */
export const PlatformPath = z
  .string()
  .max(100)
  .regex(
    /^(?:platform\.yaml|guardrails\/[a-z0-9](?:[a-z0-9]|[._-](?=[a-z0-9]))*\.ya?ml)$/,
    'platform.yaml, or a .yaml file in guardrails/',
  );

const mostFiles = 200;

/** The platform as code: `platform.yaml` and the documents in `guardrails/`, by path. */
export const PlatformFiles = z
  .record(PlatformPath, z.string().max(262_144))
  .refine((files) => Object.keys(files).length <= mostFiles, `at most ${mostFiles} files`)
  .refine((files) => files['platform.yaml'] !== undefined, 'platform.yaml is missing');
export type PlatformFiles = z.infer<typeof PlatformFiles>;

/** One version of the platform. Immutable; a revert makes a new one that equals an older one. */
export const PlatformVersionView = z.object({
  number: z.number().int(),
  digest: Digest,
  author: z.string(),
  via: z.enum(['builtin', 'apply', 'push', 'revert', 'operator']),
  why: z.string().optional(),
  /** The version that this one equals again. */
  reverts: z.number().int().optional(),
  commit: CommitId.optional(),
  createdAt: Instant.optional(),
  /** How many placements it touched, and in how many ways. */
  touched: z.object({ placements: z.number().int(), ways: z.number().int() }).optional(),
});
export type PlatformVersionView = z.infer<typeof PlatformVersionView>;

export const PlatformView = z.object({
  version: PlatformVersionView,
  /** `operator`: a file of the operator's, which only the operator changes. */
  managedBy: z.enum(['repository', 'operator']),
  /** Where the files come from, for a person: the repository's address, or the operator's file. */
  source: z.string(),
  file: PlatformFile,
  files: PlatformFiles,
  /** Drivers that runtimes can name on this server. */
  drivers: z.array(z.string()),
  /** The container engine that `isolation: docker` needs, as the agent finds it; absent while the agent is away. */
  docker: ContainerEngine.optional(),
  /** A push that git has taken and that is not in force, and why not. */
  refused: z
    .object({ commit: CommitId, by: z.string(), at: Instant, reason: z.string() })
    .optional(),
});
export type PlatformView = z.infer<typeof PlatformView>;

/** The version that the caller has seen: when another is in force, nothing is done and the answer says what changed. */
const Expected = z.object({ version: z.number().int().min(0), digest: Digest });

/** Digest of the plan that was shown: when it would be another one now, nothing is done. */
const ShownPlan = Digest.optional();

/** Runtimes that go, or lead elsewhere, although something is there: what is there is left behind on purpose. */
const LetGo = z.array(OfferName).max(50).optional();

/** Environments that go from the file although something runs there on clusters: it is taken out, in waves. */
const TakeOut = z.array(EnvironmentName).max(50).optional();

/** What a cluster says of itself and of what it lets the platform do. */
export const ClusterCheck = z.object({
  /** The minor version of Kubernetes 1. */
  minor: z.number().int().min(0),
  /** What the platform needs and its credentials do not allow. */
  missing: z.array(z.object({ group: z.string(), resource: z.string(), verb: z.string() })),
});
export type ClusterCheck = z.infer<typeof ClusterCheck>;

const tag = 'platform';

export const platformApi = {
  getPlatform: endpoint({
    method: 'GET',
    path: '/platform',
    tag,
    action: 'signed-in',
    summary: 'The platform as it is: file, version and where it is changed',
    answer: PlatformView,
  }),
  listPlatformVersions: endpoint({
    method: 'GET',
    path: '/platform/versions',
    tag,
    action: 'signed-in',
    summary: 'Versions of the platform, newest first',
    query: z.object(PageQuery),
    answer: page(PlatformVersionView),
  }),
  getPlatformVersion: endpoint({
    method: 'GET',
    path: '/platform/versions/:number',
    tag,
    action: 'signed-in',
    summary: 'One version with its files and the plan that was accepted',
    params: z.object({ number: z.coerce.number().int().min(0).max(1_000_000_000) }),
    answer: PlatformVersionView.extend({ files: PlatformFiles, plan: PlatformPlan.optional() }),
  }),
  planPlatform: endpoint({
    method: 'POST',
    path: '/platform/plan',
    tag,
    action: 'platform:write',
    readsOnly: true,
    summary: 'What a change of the platform would touch; changes nothing',
    body: z.union([
      z.strictObject({ files: PlatformFiles, letGo: LetGo, takeOut: TakeOut }),
      z.strictObject({ version: z.number().int().min(0), letGo: LetGo, takeOut: TakeOut }),
    ]),
    answer: PlatformPlan,
  }),
  applyPlatform: endpoint({
    method: 'POST',
    path: '/platform/apply',
    tag,
    action: 'platform:write',
    summary: 'Make these files the platform',
    body: z.strictObject({
      files: PlatformFiles,
      expected: Expected,
      plan: ShownPlan,
      letGo: LetGo,
      takeOut: TakeOut,
      why: Why,
    }),
    answer: z.object({ version: PlatformVersionView, plan: PlatformPlan }),
  }),
  revertPlatform: endpoint({
    method: 'POST',
    path: '/platform/revert',
    tag,
    action: 'platform:write',
    summary: 'Make a new version that equals an older one',
    body: z.strictObject({
      to: z.number().int().min(0),
      expected: Expected,
      plan: ShownPlan,
      letGo: LetGo,
      takeOut: TakeOut,
      why: Why,
    }),
    answer: z.object({ version: PlatformVersionView, plan: PlatformPlan }),
  }),
  checkCluster: endpoint({
    method: 'POST',
    path: '/platform/clusters/check',
    tag,
    action: 'platform:write',
    readsOnly: true,
    summary: 'Whether a cluster answers and lets the platform do its work; changes nothing in it',
    body: z.strictObject({ context: z.string().min(1).max(253) }),
    answer: ClusterCheck,
  }),
};
