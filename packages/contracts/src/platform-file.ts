import { z } from 'zod';
import { GuardrailId, GuardrailMode } from './guardrail.ts';
import { JsonValue } from './json-value.ts';
import { EnvironmentName, TeamName, UserName } from './names.ts';
import { OfferName } from './need.ts';
import { RuntimeRule } from './runtime-rule.ts';
import { Duration } from './thin-file.ts';

/** An amount in the platform's currency, a decimal as text: `"0.0125"`. */
export const Amount = z
  .string()
  .max(20)
  .regex(/^[0-9]{1,9}(?:\.[0-9]{1,6})?$/, 'an amount like "12.50", in quotes');

const name = OfferName;
const title = z.string().max(60).optional();
const region = z
  .string()
  .max(40)
  .regex(/^[a-z][a-z0-9-]*$/, 'like `eu` or `eu-west-1`');

export const EnvironmentRule = z.strictObject({
  name: EnvironmentName,
  title,
  /** Previews come by themselves for each branch and end after `ttl` without a push. */
  kind: z.enum(['preview', 'stable']).default('stable'),
  ttl: Duration.optional(),
  /** The first stable environment follows the default branch by itself; later ones are promoted to. */
  follows: z.enum(['default-branch', 'promotion']).default('promotion'),
  /** One of `runtimes`. */
  runtime: name.default('agent'),
  region: region.default('local'),
  /** Sizes and offers that may be used here; absent: all. */
  sizes: z.array(name).max(50).optional(),
  offers: z.array(name).max(50).optional(),
  /** What a month of one component may cost here. */
  budget: Amount.optional(),
  /** Most memory of all instances of one component, MiB, and most instances. */
  quota: z
    .strictObject({
      memoryMiB: z.number().int().min(32).max(16_777_216).optional(),
      instances: z.number().int().min(1).max(1000).optional(),
    })
    .optional(),
  /** Teams one of whose members has to agree before a release comes here; absent: nobody has to. */
  approvers: z.array(TeamName).max(20).optional(),
  /** Backing services here keep what they hold encrypted. */
  encryptedAtRest: z.boolean().default(false),
  /** Addresses can be reached from outside the organisation. */
  exposure: z.enum(['private', 'public']).default('private'),
  /** The longest exception that can be approved for this environment. */
  longestException: Duration.optional(),
});
export type EnvironmentRule = z.infer<typeof EnvironmentRule>;

export const SizeRule = z.strictObject({
  memoryMiB: z.number().int().min(32).max(1_048_576),
  cpu: z.number().min(0.05).max(128),
  /** One instance for an hour; absent: from `rates`. */
  hourly: Amount.optional(),
});

/** Clusters that take a change of the platform together, before those of the next ring. */
export const RingRule = z.strictObject({
  name,
  /** What belongs to it; a placement is in the first ring that takes its environment and its runtime. Absent: all. */
  environments: z.array(EnvironmentName).min(1).max(20).optional(),
  runtimes: z.array(name).min(1).max(50).optional(),
  /** How long it is watched before the next ring begins. */
  soak: Duration.default('10m'),
  /** More failures than these halt the change. */
  maxFailures: z.number().int().min(0).max(10_000).default(0),
  /** A placement that takes longer has failed. */
  deadline: Duration.default('30m'),
  /** Where the change has to prove itself before it goes on; the first ring, unless it says otherwise. */
  mandatory: z.boolean().optional(),
  /** Placements that one change may take out here. */
  deletions: z.number().int().min(0).max(10_000).default(5),
  /** Placements under way at a time. */
  atOnce: z.number().int().min(1).max(1000).default(50),
});
export type RingRule = z.infer<typeof RingRule>;

export const OfferRule = z.strictObject({
  title,
  /** The broker that makes it: `builtin`, or the address of an Open Service Broker. */
  broker: z.string().max(500).default('builtin'),
  plans: z.record(
    name,
    z.strictObject({
      title,
      monthly: Amount.default('0'),
      /** Holds personal data: encrypted at rest, apart from others. */
      protected: z.boolean().default(false),
    }),
  ),
});
export type OfferRule = z.infer<typeof OfferRule>;

export const GoldenPathRule = z.strictObject({
  maturity: z.enum(['experimental', 'supported', 'deprecated', 'retired']).optional(),
  support: z.string().max(200).optional(),
  owner: TeamName.optional(),
  endOfSupport: z.iso.date().optional(),
});

export const GuardrailRule = z.strictObject({
  /** Off takes a shipped guardrail out; it stays visible as such. */
  mode: z.union([GuardrailMode, z.literal('off')]).optional(),
  enforceFrom: z.iso.date().optional(),
  /** Other values for the guardrail's `params`, by name. */
  params: z.record(z.string().max(63), JsonValue).optional(),
});
export type GuardrailRule = z.infer<typeof GuardrailRule>;

/** The platform file: what an organisation's platform offers. A built-in one serves a newcomer. */
export const PlatformFile = z.strictObject({
  organisation: z.string().min(1).max(60).default('Your organisation'),
  domain: z
    .string()
    .max(200)
    .regex(/^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/, 'a domain name')
    .default('localhost'),
  /** `health` lets a passer-by without account read which services exist and whether they are well. */
  publicPage: z.enum(['off', 'health']).default('off'),
  defaultTeam: z.string().max(40).default('everyone'),
  environments: z
    .array(EnvironmentRule)
    .min(1)
    .max(20)
    .prefault([
      { name: 'preview', title: 'Preview', kind: 'preview', ttl: '7d', follows: 'promotion' },
      { name: 'staging', title: 'Staging', kind: 'stable', follows: 'default-branch' },
      {
        name: 'prod',
        title: 'Production',
        kind: 'stable',
        follows: 'promotion',
        longestException: '90d',
      },
    ]),
  runtimes: z.record(name, RuntimeRule).prefault({ agent: { driver: 'agent' } }),
  /** In this order a change of the platform goes out to clusters; none: environment by environment. */
  rings: z.array(RingRule).max(50).default([]),
  sizes: z.record(name, SizeRule).default({
    small: { memoryMiB: 256, cpu: 0.25 },
    medium: { memoryMiB: 512, cpu: 0.5 },
    large: { memoryMiB: 1024, cpu: 1 },
  }),
  /** `allowed` lets teams write raw numbers (`512Mi/0.5`) instead of a size. */
  rawSizes: z.enum(['refused', 'allowed']).default('refused'),
  /** None until somebody offers one. */
  offers: z.record(name, OfferRule).default({}),
  goldenPaths: z.record(name, GoldenPathRule).default({}),
  /** Shipped ones by id; own ones lie in `guardrails/` beside the platform file. */
  guardrails: z.record(GuardrailId, GuardrailRule).default({}),
  rates: z
    .strictObject({
      currency: z
        .string()
        .regex(/^[A-Z]{3}$/, 'like EUR')
        .default('EUR'),
      /** One GiB of memory, and one processor core, for an hour. */
      memoryGiBHour: Amount.default('0'),
      cpuHour: Amount.default('0'),
    })
    .prefault({}),
  exceptions: z
    .strictObject({
      /** Where an environment says nothing. */
      longest: Duration.default('180d'),
      /** Members of these teams may approve; none: administrators only. */
      approvers: z.array(TeamName).max(20).default([]),
    })
    .prefault({}),
  intake: z
    .strictObject({
      /** Who answers requests that do not fit a golden path. */
      owner: TeamName.default('everyone'),
      /** The promised time to the first answer. */
      answerWithin: Duration.default('2d'),
    })
    .prefault({}),
  personalData: z
    .strictObject({
      /** Regions where personal data may be. */
      regions: z.array(region).max(50).default(['local', 'eu']),
      retention: Duration.default('365d'),
    })
    .prefault({}),
  identity: z
    .strictObject({
      oidc: z
        .strictObject({
          issuer: z.url({ protocol: /^https?$/ }),
          clientId: z.string().min(1).max(200),
          scopes: z.array(z.string().max(100)).max(20).default(['openid', 'profile', 'email']),
        })
        .optional(),
      /** Who may administer the platform, and who may only look. */
      administrators: z.array(UserName).max(100).default([]),
    })
    .prefault({}),
  support: z
    .strictObject({
      promise: z.string().max(1000).default('Best effort.'),
      contact: z.string().max(200).optional(),
    })
    .prefault({}),
  releases: z
    .strictObject({
      /** How many releases of a component are kept beyond those that are placed. */
      keep: z.number().int().min(1).max(1000).default(20),
    })
    .default({ keep: 20 }),
});
export type PlatformFile = z.infer<typeof PlatformFile>;
