import { z } from 'zod';
import { clusterSettings } from './cluster-settings.ts';
import { OfferName } from './need.ts';

/** Where placements run. */
export const RuntimeRule = z.discriminatedUnion('driver', [
  z.strictObject({
    driver: z.literal('agent'),
    isolation: z.enum(['process', 'docker']).default('process'),
    /** Where images of `isolation: docker` go; absent: they stay with the engine. */
    registry: z.string().min(1).max(253).optional(),
  }),
  z.strictObject({
    driver: z.literal('kubernetes'),
    /** A context of the server's kubeconfig. */
    context: z.string().min(1).max(253),
    ...clusterSettings,
  }),
  z.strictObject({
    driver: z.literal('gitops'),
    /** Environment repository: an address (`https:`, `http:`, `file:`), or an absolute path on the server's machine. */
    repository: z.string().min(1).max(500),
    /** The address by which the agent reaches it, where that is another one. */
    url: z.string().min(1).max(500).optional(),
    branch: z
      .string()
      .max(100)
      .regex(/^[A-Za-z0-9][A-Za-z0-9._-]*(?:\/[A-Za-z0-9][A-Za-z0-9._-]*)*$/, 'a branch name')
      .default('main'),
    /** Variable of the server's environment with `user:token` for the repository. */
    credentials: z
      .string()
      .regex(/^PLTF_GIT_[A-Z0-9_]{1,40}$/, 'a name like `PLTF_GIT_ENVIRONMENTS`')
      .optional(),
    agent: z.enum(['argocd', 'flux']).default('argocd'),
    /** Clusters that get the same. */
    ring: OfferName.default('default'),
    /** A context of the server's kubeconfig, where the agent runs: what it says is read there. */
    context: z.string().min(1).max(253).optional(),
    /** A context of the cluster where placements run, for logs and tasks; absent: `context`. */
    target: z.string().min(1).max(253).optional(),
    /** Where the agent's objects are; `argocd` or `flux-system` when absent. */
    namespace: z.string().min(1).max(63).optional(),
    /** The cluster as Argo CD knows it; `*` for all with the label `pltf.dev/ring`; absent: the one that it is in. */
    cluster: z.string().min(1).max(253).optional(),
    /** How many placements an Application or Kustomization follows; absent: `bucket` for Argo CD, `placement` for Flux. */
    group: z.enum(['bucket', 'placement']).optional(),
    /** Name of the Secret with which Flux reads the repository. */
    secret: z.string().min(1).max(253).optional(),
    /** `promoter`: to `environment/<name>-next/…`, for somebody else to promote. */
    hydrate: z.enum(['direct', 'promoter']).default('direct'),
    /** Most placements that are taken out in a minute. */
    removals: z.number().int().min(1).max(1000).default(10),
    /** The minor version of Kubernetes 1, for clusters that no context leads to. */
    kubernetes: z.number().int().min(23).max(99).default(30),
    ...clusterSettings,
  }),
]);
export type RuntimeRule = z.infer<typeof RuntimeRule>;
