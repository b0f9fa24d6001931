import { z } from 'zod';
import { GuardrailMode, Severity } from './guardrail.ts';
import { JsonValue } from './json-value.ts';
import { Digest } from './names.ts';

/** One value that differs; absent where there was none, or will be none. */
export const ValueChange = z.object({
  path: z.string(),
  before: JsonValue.optional(),
  after: JsonValue.optional(),
});
export type ValueChange = z.infer<typeof ValueChange>;

/** An estimate of a month, decimals as text. */
const MonthlyChange = z.object({ currency: z.string(), before: z.string(), after: z.string() });

/** Placements that a change of the platform touches in the same way. */
export const ChangeClass = z.object({
  environments: z.array(z.string()),
  changes: z.array(ValueChange),
  count: z.number().int(),
  /** Ids of placements, at most 5. */
  examples: z.array(z.string()),
  /** Of all of the class. */
  cost: MonthlyChange.optional(),
});
export type ChangeClass = z.infer<typeof ChangeClass>;

/** What a change of the platform would take from something that runs: it is refused. */
export const PlatformBreak = z.object({
  /** `environment`, `size`, `offer`, `runtime`, `address`, `guardrail`. */
  kind: z.string(),
  message: z.string(),
  fix: z.string(),
  count: z.number().int(),
  examples: z.array(z.string()),
});
export type PlatformBreak = z.infer<typeof PlatformBreak>;

/** A guardrail that is new or says something else, replayed over all that runs. */
export const GuardrailChange = z.object({
  id: z.string(),
  title: z.string(),
  severity: Severity,
  change: z.enum(['added', 'changed', 'removed']),
  mode: z.union([GuardrailMode, z.literal('off')]),
  enforceFrom: z.string().optional(),
  /** Placements that would fail it, and those of them that did not fail it before. */
  fails: z.number().int(),
  newlyFails: z.number().int(),
  examples: z.array(z.string()),
  message: z.string().optional(),
});
export type GuardrailChange = z.infer<typeof GuardrailChange>;

/** A field of a rendered object that becomes another, with what is the placement's own under `<name>` and the like. */
export const RenderedFieldChange = z.object({
  object: z.string(),
  /** Empty for the object as a whole. */
  field: z.string(),
  before: z.string().optional(),
  after: z.string().optional(),
  because: z.string().optional(),
});

/** Placements whose rendered objects change in the same way. */
export const RenderedClassView = z.object({
  /** What is at stake, from `labels` to `removal`. */
  risk: z.enum(['labels', 'settings', 'instances', 'network', 'stateful', 'removal']),
  /** Instances start again. */
  startsAgain: z.boolean(),
  /** They go as a whole, with their namespace. */
  takenOut: z.literal(true).optional(),
  count: z.number().int(),
  environments: z.array(z.string()),
  examples: z.array(z.string()),
  /** Objects that change, in one placement. */
  objects: z.number().int(),
  changes: z.array(RenderedFieldChange),
  /** Changes that are not listed. */
  more: z.number().int(),
});
export type RenderedClassView = z.infer<typeof RenderedClassView>;

/** What a change makes of what is rendered for clusters, and how it would go out. */
export const RenderedPlan = z.object({
  placements: z.object({
    total: z.number().int(),
    unchanged: z.number().int(),
    changed: z.number().int(),
    /** Taken out, with all that they hold; absent when none is. */
    removed: z.number().int().optional(),
  }),
  /** What is most at stake first. */
  classes: z.array(RenderedClassView),
  forecast: z.object({
    placements: z.number().int(),
    /** Placements whose instances start again. */
    starting: z.number().int(),
    /** Objects that clusters have to take. */
    objects: z.number().int(),
    commits: z.number().int(),
    pushes: z.number().int(),
    /** Seconds of one cluster's agent for all of it. */
    applySeconds: z.number().int(),
  }),
  waves: z.array(
    z.object({
      ring: z.string(),
      placements: z.number().int(),
      soakMs: z.number().int(),
      maxFailures: z.number().int(),
      mandatory: z.boolean(),
      /** Placements that it takes out, and how many it may take out before it asks again. */
      removals: z.number().int().optional(),
      deletions: z.number().int().optional(),
    }),
  ),
});
export type RenderedPlan = z.infer<typeof RenderedPlan>;

/** Placements that a changed `runtime:` line of their environment moves. */
export const RuntimeMove = z.object({
  environment: z.string(),
  from: z.string(),
  to: z.string(),
  count: z.number().int(),
  /** Ids of placements, at most 5. */
  examples: z.array(z.string()),
  /** In which order it happens. */
  order: z.string(),
  /** What the new runtime asks for or lacks, each with what to do. */
  lacks: z.array(z.object({ message: z.string(), fix: z.string() })),
});
export type RuntimeMove = z.infer<typeof RuntimeMove>;

/** What `pltf platform apply` would do, exactly. */
export const PlatformPlan = z.object({
  /** What it was made from: the version in force, the new files, what runs. */
  digest: Digest,
  base: z.object({ version: z.number().int(), digest: Digest }),
  /** Names the new contents. */
  target: Digest,
  outcome: z.enum(['unchanged', 'changes', 'refused']),
  /** What differs in the platform file itself. */
  settings: z.array(ValueChange),
  placements: z.object({
    total: z.number().int(),
    unchanged: z.number().int(),
    changed: z.number().int(),
  }),
  classes: z.array(ChangeClass),
  /** Of what runs on clusters; absent when nothing does. */
  rendered: RenderedPlan.optional(),
  /** Absent when nothing moves. */
  moves: z.array(RuntimeMove).optional(),
  breaks: z.array(PlatformBreak),
  guardrails: z.array(GuardrailChange),
  cost: MonthlyChange,
  notes: z.array(z.string()),
});
export type PlatformPlan = z.infer<typeof PlatformPlan>;
