import { z } from 'zod';
import { ComponentName, EnvironmentName, TeamName } from './names.ts';
import { Need } from './need.ts';
import { ComponentKind } from './thin-file.ts';

const Resources = z.object({ memoryMiB: z.number().optional(), cpu: z.number().optional() });

/** Asks a container whether it is well; over HTTP, by a command in it, or both. */
export const Probe = z.object({
  httpGet: z
    .object({
      path: z.string(),
      port: z.number().int(),
      host: z.string().optional(),
      scheme: z.enum(['HTTP', 'HTTPS']).optional(),
      headers: z.array(z.object({ name: z.string(), value: z.string() })).optional(),
    })
    .optional(),
  exec: z.array(z.string()).optional(),
});
export type Probe = z.infer<typeof Probe>;

/** A file that is laid into a container: one of `content`, `base64` and `source` (a path in the repository). */
export const ContainerFile = z.object({
  content: z.string().optional(),
  base64: z.string().optional(),
  source: z.string().optional(),
  /** Octal, like `0644`. */
  mode: z.string().optional(),
  /** `content`, or the text at `source`, has places that bindings fill, as in `RunSpec.bound`. */
  bound: z.boolean().optional(),
});
export type ContainerFile = z.infer<typeof ContainerFile>;

export const VolumeMount = z.object({
  /** The need that gives it, or the name of a volume outside. */
  volume: z.string(),
  subPath: z.string().optional(),
  readOnly: z.boolean().optional(),
});
export type VolumeMount = z.infer<typeof VolumeMount>;

/** What a workload of images can say of each of its containers. */
const containerParts = {
  /** Overrides the image's entry point. */
  command: z.array(z.string()).readonly().optional(),
  /** Arguments to `command`, or to the image's own entry point where there is none. */
  args: z.array(z.string()).readonly().optional(),
  /**
   * Variables with places that bindings fill: `redis://${needs.cache.host}`, `${environment.TEST}`, `${route.host}`;
   * `$$` is a dollar sign.
   */
  bound: z.record(z.string(), z.string()).optional(),
  files: z.record(z.string(), ContainerFile).optional(),
  volumes: z.record(z.string(), VolumeMount).optional(),
  probes: z.object({ liveness: Probe.optional(), readiness: Probe.optional() }).optional(),
  /** Containers of the same placement that have to be that far before this one starts. */
  after: z.record(z.string(), z.enum(['started', 'healthy', 'complete'])).optional(),
};

/** A container beside the first one. */
export const SideContainer = z.object({
  image: z.string(),
  env: z.record(z.string(), z.string()),
  ...containerParts,
  requests: Resources.optional(),
  limits: Resources.optional(),
});
export type SideContainer = z.infer<typeof SideContainer>;

/** How one placement runs, with every default filled in. Durations in milliseconds, memory in MiB. */
export const RunSpec = z.object({
  build: z.string().optional(),
  /** For a site: the folder that is served. */
  folder: z.string().optional(),
  port: z.number().int().optional(),
  health: z.string().optional(),
  /** The path at which the program shows its figures to Prometheus. */
  metrics: z.string().optional(),
  /** For a program without a port: a command that ends with 0 while the program is well. */
  alive: z.array(z.string()).readonly().optional(),
  size: z.string(),
  memoryMiB: z.number().int(),
  cpu: z.number(),
  instances: z.object({ minimum: z.number().int(), maximum: z.number().int() }),
  env: z.record(z.string(), z.string()),
  /** Of the Dockerfile; the same in every environment. */
  buildArgs: z.record(z.string(), z.string()).optional(),
  release: z.array(z.string()).readonly().optional(),
  drainMs: z.number().int(),
  startTimeoutMs: z.number().int(),
  volume: z.string().optional(),
  /** An image instead of a build; `.` is the one that the release will be. */
  image: z.string().optional(),
  ...containerParts,
  /** Ports by name, where there are more than one or they have names. */
  ports: z
    .record(
      z.string(),
      z.object({
        port: z.number().int(),
        targetPort: z.number().int(),
        protocol: z.enum(['TCP', 'UDP']),
      }),
    )
    .optional(),
  /** The other containers of each instance; absent: there is one. */
  containers: z.record(z.string(), SideContainer).optional(),
  /** All containers in the order in which they start, the first one under its own name. */
  startOrder: z.array(z.string()).optional(),
});
export type RunSpec = z.infer<typeof RunSpec>;

/** Who gets through to an address; absent values are for the environment and the policy to say. */
export const Access = z.object({ public: z.boolean().optional(), signIn: z.boolean().optional() });
export type Access = z.infer<typeof Access>;

const PolicyFacts = z.record(z.string(), z.union([z.string(), z.boolean(), z.number()]));
const OfferPlan = z.object({ offer: z.string(), plan: z.string() });

/** A thin file after parsing and defaults: what the platform works with. */
export const Spec = z.object({
  kind: ComponentKind,
  name: ComponentName,
  description: z.string(),
  owner: TeamName,
  tier: z.number().int(),
  path: z.string().optional(),
  environments: z.array(EnvironmentName),
  policy: PolicyFacts,
  /** By environment, where one says it otherwise: the whole policy that counts there. */
  policies: z.record(EnvironmentName, PolicyFacts).optional(),
  /** One entry for each environment named in `environments`, and `preview`; none for a resource. */
  run: z.record(EnvironmentName, RunSpec),
  /** Hosts of the team's own. */
  routes: z.record(EnvironmentName, z.array(z.string())),
  /** By environment: who gets through to the address the platform gives, and, by host, to `routes`. */
  access: z
    .record(EnvironmentName, Access.extend({ routes: z.record(z.string(), Access).optional() }))
    .optional(),
  /** By environment, then by the name that it has in the program. */
  needs: z.record(EnvironmentName, z.record(z.string(), Need)).default({}),
  /** By environment and need: why the platform cannot give it yet. Thin files are refused then, Score files are not. */
  unmet: z.record(EnvironmentName, z.record(z.string(), z.string())).optional(),
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
  /** Five cron fields, UTC; `kind: job` only. One without runs by hand. */
  schedule: z.string().optional(),
  /** By environment, where one says it otherwise. */
  schedules: z.record(EnvironmentName, z.string()).optional(),
  /** For `kind: resource`: what is shared. */
  offer: OfferPlan.optional(),
  /** By environment, where one says it otherwise. */
  offers: z.record(EnvironmentName, OfferPlan).optional(),
  /** Where the spec came from another format: which, and what of it the platform carries on without. */
  origin: z.object({ format: z.literal('score.dev/v1b1'), notes: z.array(z.string()) }).optional(),
});
export type Spec = z.infer<typeof Spec>;
