import { z } from 'zod';
import { Verdict } from './guardrail.ts';
import { JsonValue } from './json-value.ts';
import { PlacementObject } from './placement-object.ts';
import { Spec } from './spec.ts';

/** Where a value came from. */
export const Provenance = z.object({
  source: z.enum([
    'thin-file',
    'golden-path',
    'platform-file',
    'repository',
    'guardrail',
    'policy',
    'default',
  ]),
  /** `pltf.yaml:4:9`, `platform.yaml:12:3`, a guardrail's id, or a golden path and its version. */
  where: z.string().optional(),
  /** One sentence for a person. */
  because: z.string(),
});
export type Provenance = z.infer<typeof Provenance>;

export const PlanAction = z.enum(['create', 'change', 'remove', 'keep']);

/** One thing that the platform would make, change or take away. */
export const PlanItem = z.object({
  action: PlanAction,
  /** `file`, `pipeline`, `placement`, `route`, `namespace`, `network-policy`, `quota`, `backing-service`, `binding`, `objective`, `alert`, `dashboard` … */
  kind: z.string(),
  name: z.string(),
  environment: z.string().optional(),
  /** What of it differs: path, before, after. */
  changes: z
    .array(
      z.object({ path: z.string(), before: JsonValue.optional(), after: JsonValue.optional() }),
    )
    .optional(),
  note: z.string().optional(),
});
export type PlanItem = z.infer<typeof PlanItem>;

/** Amounts are decimals as text with two places: "12.50". */
export const PlanCost = z.object({
  currency: z.string(),
  before: z.string(),
  after: z.string(),
  budget: z.string().optional(),
  overBudget: z.boolean(),
  /** What was assumed: minimum instances, 730 hours, previews not counted … */
  assumptions: z.array(z.string()),
  lines: z.array(
    z.object({
      environment: z.string(),
      what: z.string(),
      quantity: z.string(),
      rate: z.string(),
      monthly: z.string(),
    }),
  ),
});

export type PlanCost = z.infer<typeof PlanCost>;

/** What a plan is made from, besides the thin file's text; each as a digest. */
export const PlanParts = z.object({
  /** Platform file and guardrails. */
  rules: z.string(),
  goldenPath: z.string(),
  /** The component's owner, state and the thin file that was applied last. */
  component: z.string(),
  /** The files that say how it is started. */
  repository: z.string(),
  exceptions: z.string(),
});
export type PlanParts = z.infer<typeof PlanParts>;

/** What `apply` would do, exactly. */
export const Plan = z.object({
  component: z.string(),
  /** Digest of what it was made from: thin file, platform facts, what is there. `apply` names it. */
  digest: z.string(),
  /** Digest of the platform's facts it was made with, and when they were taken. */
  facts: z.object({
    digest: z.string(),
    asOf: z.string(),
    offline: z.boolean(),
    /** Digests of the parts that this plan hangs on, so that a later one can say which of them changed. */
    parts: PlanParts,
  }),
  outcome: z.enum(['unchanged', 'changes', 'denied', 'invalid']),
  spec: Spec.optional(),
  placements: z.array(PlacementObject),
  items: z.array(PlanItem),
  verdicts: z.array(Verdict),
  /** What is asked for and cannot be given where it would run; the rest runs all the same. */
  lacks: z
    .array(
      z.object({
        /** Absent: in all of them. */
        environment: z.string().optional(),
        /** `variable CACHE`, `file /etc/app.conf`. */
        what: z.string(),
        because: z.string(),
        /** `score.yaml:8:12`, where a line says it. */
        where: z.string().optional(),
      }),
    )
    .default([]),
  cost: PlanCost.optional(),
  /** By path, like `run.size` or `envs.prod.run.size`. */
  why: z.record(z.string(), Provenance),
  problems: z.array(
    z.object({ where: z.string(), message: z.string(), fix: z.string().optional() }),
  ),
});
export type Plan = z.infer<typeof Plan>;
