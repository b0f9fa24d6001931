import { z } from 'zod';
import { ComponentName, EnvironmentName, TeamName } from './names.ts';
import { Need } from './need.ts';
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
  /** An image instead of a build; `.` is the one that the release will be. */
  image: z.string().optional(),
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
  /** By environment, then by the name that it has in the program. */
  needs: z.record(EnvironmentName, z.record(z.string(), Need)).default({}),
  objective: z
    .record(
      EnvironmentName,
      z.object({
        /** Per cent of requests. */
        availability: z.number().optional(),
        /** Milliseconds by quantile (`p99`). */
        latency: z.record(z.string(), z.number()).optional(),
      }),
    )
    .default({}),
  /** What a month of all of it may cost, a decimal as text. */
  budget: z.string().optional(),
  /** Five cron fields, UTC; `kind: job` only. */
  schedule: z.string().optional(),
  /** For `kind: resource`: what is shared. */
  offer: z.object({ offer: z.string(), plan: z.string() }).optional(),
});
export type Spec = z.infer<typeof Spec>;
