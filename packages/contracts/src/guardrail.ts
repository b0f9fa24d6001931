import { z } from 'zod';
import { JsonValue } from './json-value.ts';
import { EnvironmentName, TeamName } from './names.ts';

const expression = z.string().min(1).max(16_384);
const sentence = z.string().min(1).max(1000);

export const GuardrailMode = z.enum(['audit', 'warn', 'enforce']);
export type GuardrailMode = z.infer<typeof GuardrailMode>;

export const Severity = z.enum(['low', 'medium', 'high', 'critical']);
export type Severity = z.infer<typeof Severity>;

export const GuardrailId = z
  .string()
  .max(63)
  .regex(/^[a-z](?:[a-z0-9]|-(?=[a-z0-9]))*$/, 'lower-case letters, digits and single dashes');

/** A change of the thin file that would satisfy the guardrail. */
export const RemedyChange = z.strictObject({
  /** The path in the thin file, as keys: `[policy, region]`; `{environment}` stands for the environment's name. */
  path: z
    .array(z.union([z.string().max(100), z.number().int()]))
    .min(1)
    .max(10),
  /** Absent: the key is taken out. */
  value: JsonValue.optional(),
  /** CEL over the same variables as the validations, giving the value; instead of `value`. Null: no change. */
  expression: expression.optional(),
});

export const GuardrailCase = z.strictObject({
  name: sentence,
  /** The object; with the guardrail's `example`, what differs from it (a JSON merge patch: null takes a key out). */
  object: JsonValue,
  oldObject: JsonValue.optional(),
  verdict: z.enum(['pass', 'fail']),
  /** Day at which it is looked at, for guardrails about time. */
  now: z.iso.datetime().optional(),
});

/** A guardrail: one document, one text, the same verdict everywhere. */
export const Guardrail = z.strictObject({
  apiVersion: z.literal('pltf.dev/v1'),
  kind: z.literal('Guardrail'),
  metadata: z.strictObject({ name: GuardrailId }),
  spec: z.strictObject({
    title: z.string().min(1).max(120),
    why: sentence,
    severity: Severity,
    owner: TeamName,
    /** Links to, or ids of, the controls that it serves. */
    controls: z.array(z.string().max(200)).max(20).default([]),
    mode: GuardrailMode,
    /** Until this day an `enforce` only warns. */
    enforceFrom: z.iso.date().optional(),
    match: z.strictObject({
      /** `placements` of the group `pltf.dev`, or kinds of Kubernetes like `deployments` of `apps`. */
      resources: z
        .array(
          z.strictObject({
            group: z.string().max(253),
            version: z.string().max(20).default('*'),
            resource: z.string().max(63),
          }),
        )
        .min(1)
        .max(20),
      environments: z.array(EnvironmentName).max(20).optional(),
      /** CEL conditions that all must hold for the guardrail to look at an object at all. */
      conditions: z
        .array(z.strictObject({ name: GuardrailId, expression }))
        .max(16)
        .default([]),
    }),
    /**
     * What expressions read as `params`. The platform file may set other values (`guardrails: {ID: {params: …}}`), and
     * what stands under `platform` here is replaced by what the platform file says of the same name.
     */
    params: z.record(z.string().regex(/^[a-zA-Z_][a-zA-Z0-9_]{0,62}$/), JsonValue).default({}),
    variables: z
      .array(
        z.strictObject({ name: z.string().regex(/^[a-zA-Z_][a-zA-Z0-9_]{0,62}$/), expression }),
      )
      .max(32)
      .default([]),
    validations: z
      .array(
        z.strictObject({
          expression,
          /** What is wrong, in the user's words. */
          message: sentence,
          /** CEL giving the message, when it has to name values. */
          messageExpression: z.string().max(5120).optional(),
          /** The path in the object that it is about, like `spec.policy.region`: leads to the thin file's line. */
          path: z.string().max(300).optional(),
          /**
           * CEL giving the values that break it, which an exception is bound to; without it, the value at `path`, and
           * without that, all that the expression reads.
           */
          breaking: expression.optional(),
        }),
      )
      .min(1)
      .max(64),
    remedy: z.strictObject({
      text: sentence,
      changes: z.array(RemedyChange).max(10).default([]),
    }),
    /**
     * What the objects of the cases are told as differences from: `placement`, `deployment`, `cronjob` or `pod` for a
     * whole and sound one, or an object of your own.
     */
    example: z
      .union([
        z.enum(['placement', 'deployment', 'cronjob', 'pod']),
        z.record(z.string(), JsonValue),
      ])
      .optional(),
    cases: z.array(GuardrailCase).min(2).max(200),
  }),
});
export type Guardrail = z.infer<typeof Guardrail>;

export const VerdictState = z.enum(['pass', 'warn', 'deny', 'excepted', 'error']);

/**
 * What one guardrail says of one object. An evaluation that fails is `error`, never a pass. What a guardrail in the
 * mode `audit` finds is `warn` with that mode: recorded, and not held against anybody.
 */
export const Verdict = z.object({
  guardrail: z.string(),
  title: z.string(),
  severity: Severity,
  mode: GuardrailMode,
  state: VerdictState,
  /** The placement's id, or kind and name of the object. */
  subject: z.string(),
  environment: z.string().optional(),
  message: z.string().optional(),
  /** `pltf.yaml:4:9`, where the value came from. */
  where: z.string().optional(),
  /** The path in the object, as the validation names it. */
  path: z.string().optional(),
  why: z.string(),
  remedy: z.string(),
  /** A change of the thin file that was itself checked against all guardrails. */
  fix: z.array(RemedyChange).optional(),
  /** For `warn` that will become `deny`. */
  enforceFrom: z.string().optional(),
  /** The exception in force, for `excepted`. */
  exception: z
    .object({ id: z.string(), owner: z.string(), team: z.string(), expires: z.string() })
    .optional(),
  /** Set when an exception has ended and the failure is back. */
  expired: z.object({ id: z.string(), expired: z.string() }).optional(),
  /** Digest of the values that break the guardrail: what an exception is bound to. */
  digest: z.string().optional(),
});
export type Verdict = z.infer<typeof Verdict>;
