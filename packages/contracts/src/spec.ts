import { z } from 'zod';
import { ComponentName, EnvironmentName, TeamName } from './names.ts';
import { ComponentKind } from './thin-file.ts';

/** How one placement runs, with every default filled in. Durations in milliseconds, memory in MiB. */
export const RunSpec = z.object({
  build: z.string().optional(),
  /** The command line, split into arguments; a site has none: the platform serves its folder. */
  command: z.array(z.string()).readonly().optional(),
  /** For a site: the folder that is served. */
  folder: z.string().optional(),
  port: z.number().int().optional(),
  health: z.string().optional(),
  size: z.string(),
  memoryMiB: z.number().int(),
  cpu: z.number(),
  instances: z.object({ minimum: z.number().int(), maximum: z.number().int() }),
  env: z.record(z.string(), z.string()),
  release: z.array(z.string()).readonly().optional(),
  drainMs: z.number().int(),
  startTimeoutMs: z.number().int(),
  volume: z.string().optional(),
});
export type RunSpec = z.infer<typeof RunSpec>;

/** A thin file after parsing and defaults: what the platform works with. */
export const Spec = z.object({
  kind: ComponentKind,
  name: ComponentName,
  description: z.string(),
  owner: TeamName,
  tier: z.number().int(),
  path: z.string().optional(),
  environments: z.array(EnvironmentName),
  policy: z.record(z.string(), z.union([z.string(), z.boolean(), z.number()])),
  /** One entry for each environment named in `environments`, and `preview`. */
  run: z.record(EnvironmentName, RunSpec),
  routes: z.record(EnvironmentName, z.array(z.string())),
});
export type Spec = z.infer<typeof Spec>;
