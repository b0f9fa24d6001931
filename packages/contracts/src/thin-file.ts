import { z } from 'zod';
import { ComponentName, EnvironmentName, TeamName } from './names.ts';

/** What a component is; a `resource` is a backing service that several share. */
export const ComponentKind = z.enum(['service', 'worker', 'job', 'site', 'resource']);
export type ComponentKind = z.infer<typeof ComponentKind>;

export const Duration = z
  .string()
  .max(12)
  .regex(/^[1-9][0-9]{0,5}(?:ms|s|m|h|d)$/, 'a duration like 300ms, 30s, 5m, 2h or 7d');

const command = z.string().min(1).max(2000);
const envName = z.string().regex(/^[A-Za-z_][A-Za-z0-9_]{0,99}$/, 'letters, digits and _');

/** A number, or `2..6`: a range to scale within. */
export const Instances = z.union([
  z.number().int().min(0).max(100),
  z.string().regex(/^[0-9]{1,3}\.\.[0-9]{1,3}$/, 'a number, or a range like 2..6'),
]);

export const RunSection = z.strictObject({
  build: command.optional(),
  command: command.optional(),
  port: z.number().int().min(1).max(65_535).optional(),
  health: z
    .string()
    .max(200)
    .regex(/^\/[^\s]*$/, 'a path that starts with /')
    .optional(),
  size: z
    .string()
    .max(20)
    .regex(/^[a-z][a-z0-9-]*$/)
    .optional(),
  instances: Instances.optional(),
  env: z.record(envName, z.union([z.string().max(4000), z.number(), z.boolean()])).optional(),
  release: command.optional(),
  drain: Duration.optional(),
  volume: z
    .string()
    .max(200)
    .regex(/^\/[^\s]*$/, 'a path that starts with /')
    .optional(),
});

const overridable = {
  run: RunSection.optional(),
  routes: z.array(z.string().max(253)).max(20).optional(),
};

/** The thin file, `pltf.yaml`: everything but kind and name has a default. */
export const ThinFile = z.strictObject({
  kind: ComponentKind,
  name: ComponentName,
  description: z.string().max(500).optional(),
  owner: TeamName.optional(),
  tier: z.number().int().min(1).max(3).optional(),
  path: z
    .string()
    .max(60)
    .regex(/^[a-z][a-z0-9-]*(?:@[0-9]+(?:\.[0-9]+){0,2})?$/, 'like node-service@1')
    .optional(),
  env: z.union([EnvironmentName, z.array(EnvironmentName).min(1).max(20)]).optional(),
  policy: z
    .union([
      z.string().max(500),
      z.record(z.string().max(40), z.union([z.string().max(100), z.boolean(), z.number()])),
    ])
    .optional(),
  ...overridable,
  slo: z
    .strictObject({
      availability: z.number().gt(0).lt(100).optional(),
      latency: z.partialRecord(z.enum(['p50', 'p90', 'p95', 'p99']), Duration).optional(),
    })
    .optional(),
  budget: z
    .string()
    .max(30)
    .regex(/^[0-9]+(?:\.[0-9]{1,2})?\/month$/, 'like 40/month')
    .optional(),
  schedule: z.string().max(100).optional(),
  envs: z.record(EnvironmentName, z.strictObject(overridable)).optional(),
});
export type ThinFile = z.infer<typeof ThinFile>;
