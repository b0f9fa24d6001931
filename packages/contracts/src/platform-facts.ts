import { z } from 'zod';
import { ActiveException } from './exception.ts';
import { Guardrail } from './guardrail.ts';
import { Instant } from './names.ts';
import { PlatformFile } from './platform-file.ts';
import { Spec } from './spec.ts';
import { ComponentKind, EnvironmentSection } from './thin-file.ts';

/** What lies at the root of a repository, as far as it says how a program is started. */
export const RootFacts = z.object({
  /** Names of files, and of folders with a `/` at the end. */
  names: z.array(z.string()),
  /** Texts of the files that say how a program is started. */
  texts: z.record(z.string(), z.string()),
});
export type RootFacts = z.infer<typeof RootFacts>;

/** A golden path as far as a plan needs it. */
export const GoldenPathFacts = z.object({
  id: z.string(),
  version: z.string(),
  kind: ComponentKind,
  maturity: z.enum(['experimental', 'supported', 'deprecated', 'retired']),
  support: z.string(),
  owner: z.string(),
  endOfSupport: z.string().optional(),
  /** What its own thin file says: defaults for a component that takes this path. */
  defaults: EnvironmentSection.extend({
    tier: z.number().int().min(1).max(3).optional(),
    envs: z.record(z.string(), EnvironmentSection).optional(),
  }).optional(),
  /** Paths of the files that it writes, and what they say about starting; absent where it needs parameters. */
  files: z.array(z.string()).optional(),
  root: RootFacts.optional(),
});
export type GoldenPathFacts = z.infer<typeof GoldenPathFacts>;

/** A component as it is now. */
export const ComponentFacts = z.object({
  name: z.string(),
  state: z.enum(['creating', 'ready', 'deleting']),
  owner: z.string(),
  /** The golden path that it came from, `node-service@1.0.0`. */
  path: z.string().optional(),
  /** The thin file at the head of the default branch: what was applied last. */
  thinFile: z.string().optional(),
  /** Of the newest release of the default branch. */
  spec: Spec.optional(),
  root: RootFacts.optional(),
  /** The default branch has files that build a pipeline. */
  pipeline: z.string().optional(),
  placements: z.array(
    z.object({
      id: z.string(),
      environment: z.string(),
      branch: z.string().optional(),
      hosts: z.array(z.string()),
      release: z.number().int(),
    }),
  ),
});
export type ComponentFacts = z.infer<typeof ComponentFacts>;

/** What a plan is made with besides the thin file; a laptop keeps a copy of it for `pltf plan --offline`. */
export const PlatformFacts = z.object({
  /** When they were taken. */
  asOf: Instant,
  /** Digest of platform file and guardrails, by whoever made these facts: on a laptop it takes longer than a plan. */
  rules: z.string().optional(),
  platform: PlatformFile,
  /** The platform file as it is written, for the places of its values; absent for the built-in one. */
  platformText: z.string().optional(),
  /** Those in force here, with the platform file's modes. */
  guardrails: z.array(Guardrail),
  goldenPaths: z.array(GoldenPathFacts),
  exceptions: z.array(ActiveException),
  /** Every name that is taken, with kind and owner. */
  names: z.record(z.string(), z.object({ kind: ComponentKind, owner: z.string() })),
  /** Those asked for; a name that is taken and not here is there in a state that is not known. */
  components: z.record(z.string(), ComponentFacts),
});
export type PlatformFacts = z.infer<typeof PlatformFacts>;
