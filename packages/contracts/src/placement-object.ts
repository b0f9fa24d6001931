import { z } from 'zod';
import { Need } from './need.ts';
import { RunSpec } from './spec.ts';

/** The group of the platform's own objects, in guardrails and in clusters that have its definition. */
export const platformGroup = 'pltf.dev';

/** What personal data switches on for a placement. */
export const DataProtection = z.object({
  /** `pii` and finer ones like `pii.contact`, `pii.health`; sorted; empty for none. */
  classes: z.array(z.string()),
  encryptedAtRest: z.boolean(),
  encryptedInTransit: z.boolean(),
  /** How long the data is kept, like `365d`; what is older is deleted. */
  retention: z.string().optional(),
  /** Log lines have what looks like personal data masked. */
  maskedLogs: z.boolean(),
});

export const PlacementRoute = z.object({
  host: z.string(),
  /** Reachable from outside the platform's own network. */
  public: z.boolean(),
  /** Only those who signed in get through. */
  signIn: z.boolean(),
});

/**
 * One service in one environment, in the shape of a Kubernetes object: what a guardrail sees as `object`, on a laptop,
 * in CI, at the API, in the audit, and in a cluster that has the definition `placements.pltf.dev`.
 */
export const PlacementObject = z.object({
  apiVersion: z.literal(`${platformGroup}/v1`),
  kind: z.literal('Placement'),
  metadata: z.object({
    /** The label of the placement's id: `users-api`, `users-api-fix-login`. */
    name: z.string(),
    /** The environment's name. */
    namespace: z.string(),
    labels: z.record(z.string(), z.string()),
    annotations: z.record(z.string(), z.string()),
  }),
  spec: z.object({
    component: z.string(),
    kind: z.string(),
    owner: z.string(),
    tier: z.number().int(),
    environment: z.string(),
    environmentKind: z.enum(['preview', 'stable']),
    branch: z.string().optional(),
    /** Where it runs, by the environment's runtime and the spec's policy. */
    region: z.string(),
    runtime: z.string(),
    goldenPath: z
      .object({
        id: z.string(),
        version: z.string(),
        maturity: z.string(),
        /** The day after which nobody answers for it, `2027-01-31`. */
        endOfSupport: z.string().optional(),
      })
      .optional(),
    policy: z.record(z.string(), z.union([z.string(), z.boolean(), z.number()])),
    data: DataProtection,
    run: RunSpec,
    /** The image, where a release is one; by digest: `registry/users-api@sha256:…`. */
    image: z.string().optional(),
    routes: z.array(PlacementRoute),
    needs: z.record(
      z.string(),
      z.intersection(Need, z.object({ encrypted: z.boolean().optional() })),
    ),
    objective: z.object({
      /** Per cent of requests. */
      availability: z.number().optional(),
      /** Milliseconds by quantile. */
      latency: z.record(z.string(), z.number()).optional(),
    }),
    cost: z.object({
      /** A month of this placement in the platform's currency; an estimate from the platform file's rates. */
      monthly: z.number(),
      /** What its owner set for the whole component; absent for none. */
      budget: z.number().optional(),
      currency: z.string(),
    }),
  }),
});
export type PlacementObject = z.infer<typeof PlacementObject>;
