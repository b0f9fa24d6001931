import { z } from 'zod';
import { EnvironmentName } from './names.ts';
import { Duration } from './thin-file.ts';

export const EnvironmentRule = z.strictObject({
  name: EnvironmentName,
  title: z.string().max(60).optional(),
  /** Previews come by themselves for each branch and end after `ttl` without a push. */
  kind: z.enum(['preview', 'stable']).default('stable'),
  ttl: Duration.optional(),
  /** The first stable environment follows the default branch by itself; later ones are promoted to. */
  follows: z.enum(['default-branch', 'promotion']).default('promotion'),
});

export const SizeRule = z.strictObject({
  memoryMiB: z.number().int().min(32).max(1_048_576),
  cpu: z.number().min(0.05).max(128),
});

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
    .default([
      { name: 'preview', title: 'Preview', kind: 'preview', ttl: '7d', follows: 'promotion' },
      { name: 'staging', title: 'Staging', kind: 'stable', follows: 'default-branch' },
      { name: 'prod', title: 'Production', kind: 'stable', follows: 'promotion' },
    ]),
  sizes: z.record(z.string(), SizeRule).default({
    small: { memoryMiB: 256, cpu: 0.25 },
    medium: { memoryMiB: 512, cpu: 0.5 },
    large: { memoryMiB: 1024, cpu: 1 },
  }),
  releases: z
    .strictObject({
      /** How many releases of a component are kept beyond those that are placed. */
      keep: z.number().int().min(1).max(1000).default(20),
    })
    .default({ keep: 20 }),
});
export type PlatformFile = z.infer<typeof PlatformFile>;
