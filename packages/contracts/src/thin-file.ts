import { z } from 'zod';
import { ComponentName, EnvironmentName, TeamName } from './names.ts';
import { OfferName, SecretName } from './need.ts';
import { Duration, Instances, RunSection } from './run-section.ts';

export { Duration, Instances, RunSection };

/** What a component is; a `resource` is a backing service that several share. */
export const ComponentKind = z.enum(['service', 'worker', 'job', 'site', 'resource']);
export type ComponentKind = z.infer<typeof ComponentKind>;

/** The name of a need in the program: `db` is bound as `DB_URL`, `DB_HOST` and so on. */
export const NeedName = z
  .string()
  .max(40)
  .regex(
    /^[a-z](?:[a-z0-9]|[-_](?=[a-z0-9]))*$/,
    'lower-case letters, digits and single dashes, starting with a letter',
  );

/** What a program needs, in each form a thin file may say it. */
export const NeedEntry = z.union(
  [
    z
      .string()
      .max(81)
      .regex(
        /^[a-z](?:[a-z0-9]|-(?=[a-z0-9]))*(?:\/[a-z](?:[a-z0-9]|-(?=[a-z0-9]))*)?$/,
        'an offer and one of its plans, like postgres/small',
      )
      .meta({
        description: 'Offer and plan of a backing service of its own.',
        examples: ['postgres/small'],
      }),
    z
      .strictObject({ service: ComponentName })
      .meta({ description: 'Another service: its address, and permission on the network.' }),
    z
      .strictObject({ secret: SecretName })
      .meta({ description: 'A secret that the platform keeps.' }),
    z
      .strictObject({ resource: ComponentName })
      .meta({ description: 'A backing service that several share: a component of kind resource.' }),
    z
      .strictObject({ offer: OfferName, plan: OfferName.optional() })
      .meta({ description: 'Offer and plan of a backing service, written out.' }),
  ],
  'an offer and plan like `postgres/small`, or one of {service: …}, {secret: …}, {resource: …}',
);
export type NeedEntry = z.infer<typeof NeedEntry>;

/** Who gets through to an address. Absent: what the environment and the policy say. */
const access = {
  public: z.boolean().optional().meta({
    description: 'Reachable from outside the organisation, where the environment is.',
  }),
  signIn: z.boolean().optional().meta({ description: 'Only those who signed in get through.' }),
};
export const AccessSection = z
  .strictObject(access)
  .meta({ description: 'Who gets through to its addresses.' });

const host = z.string().max(253);
export const RouteEntry = z.union(
  [host, z.strictObject({ host, ...access })],
  'a host like `users.example.com`, or {host: …, public: …, signIn: …}',
);
export type RouteEntry = z.infer<typeof RouteEntry>;

export const PolicySection = z.union([
  z
    .string()
    .max(500)
    .meta({ examples: ['pii=true, region=eu'] }),
  z.record(z.string().max(40), z.union([z.string().max(100), z.boolean(), z.number()])),
]);

export const ObjectiveSection = z
  .strictObject({
    availability: z
      .number()
      .gt(0)
      .lt(100)
      .optional()
      .meta({
        description: 'Per cent of requests that are answered well. Default: by tier.',
        examples: [99.9],
      }),
    latency: z
      .partialRecord(z.enum(['p50', 'p90', 'p95', 'p99']), Duration)
      .optional()
      .meta({
        description: 'Time within which that share of requests is answered.',
        examples: [{ p99: '300ms' }],
      }),
  })
  .meta({ description: 'Objectives: what its users can rely on.' });

const overridable = {
  policy: PolicySection.optional().meta({
    description: 'Data classes and facts of placement that guardrails read; a map or `pii=true`.',
    examples: ['pii=true, region=eu', { pii: true, region: 'eu' }],
  }),
  run: RunSection.optional(),
  needs: z
    .record(NeedName, NeedEntry)
    .refine((needs) => Object.keys(needs).length <= 50, 'at most 50 needs')
    .optional()
    .meta({
      description: 'What it needs from outside, under the name that it has in the program.',
      maxProperties: 50,
      examples: [{ db: 'postgres/small' }],
    }),
  routes: z
    .array(RouteEntry)
    .max(20)
    .optional()
    .meta({
      description: 'Hosts of your own that lead to it, beside the address the platform gives.',
      examples: [['users.example.com']],
    }),
  access: AccessSection.optional(),
  slo: ObjectiveSection.optional(),
  schedule: z
    .string()
    .max(100)
    .optional()
    .meta({
      description: 'When a job runs: five cron fields, UTC. A job without one runs by hand.',
      examples: ['0 3 * * *'],
    }),
  offer: z
    .string()
    .max(81)
    .regex(
      /^[a-z](?:[a-z0-9]|-(?=[a-z0-9]))*(?:\/[a-z](?:[a-z0-9]|-(?=[a-z0-9]))*)?$/,
      'an offer and one of its plans, like postgres/small',
    )
    .optional()
    .meta({
      description: 'For kind resource: what is shared, as offer and plan.',
      examples: ['postgres/small'],
    }),
};

/** What one environment may say otherwise. */
export const EnvironmentSection = z
  .strictObject({ ...overridable, run: RunSection.omit({ buildArgs: true }).optional() })
  .meta({ description: 'What differs in this environment.' });

/** The thin file, `pltf.yaml`: everything but kind and name has a default. */
export const ThinFile = z.strictObject({
  kind: ComponentKind.meta({ description: 'What it is.' }),
  name: ComponentName.meta({
    description: 'Lower-case letters, digits and single dashes, at most 40.',
    examples: ['users-api'],
  }),
  description: z.string().max(500).optional().meta({ description: 'One sentence for people.' }),
  owner: TeamName.optional().meta({
    description: "The team that answers for it. Default: the platform's default team.",
    examples: ['team-identity'],
  }),
  tier: z.number().int().min(1).max(3).optional().meta({
    description: 'How much depends on it: 1 everything, 2 customers, 3 a team.',
    default: 3,
  }),
  path: z
    .string()
    .max(60)
    .regex(/^[a-z][a-z0-9-]*(?:@[0-9]+(?:\.[0-9]+){0,2})?$/, 'like node-service@1')
    .optional()
    .meta({
      description: 'The golden path it came from, and its version.',
      examples: ['node-service@1'],
    }),
  env: z
    .union([EnvironmentName, z.array(EnvironmentName).min(1).max(20)])
    .optional()
    .meta({
      description: 'Where it may run. Default: every environment. Previews come by themselves.',
      examples: [['staging', 'prod']],
    }),
  ...overridable,
  budget: z
    .string()
    .max(30)
    .regex(/^[0-9]{1,9}(?:\.[0-9]{1,2})?\/month$/, 'like 40/month')
    .optional()
    .meta({
      description: "What a month of all of it may cost, in the platform's currency.",
      examples: ['40/month'],
    }),
  envs: z
    .record(EnvironmentName, EnvironmentSection)
    .optional()
    .meta({
      description: 'Overrides for one environment, same keys.',
      examples: [{ prod: { run: { size: 'medium', instances: '3..10' } } }],
    }),
});
export type ThinFile = z.infer<typeof ThinFile>;
