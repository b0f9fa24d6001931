import type { GitOpsAgent, Grouping } from './layout.ts';

/** One ring of an environment repository, and who follows it. */
export interface Ring {
  readonly ring: string;
  /** Address of the environment repository, as the agent reaches it. */
  readonly repository: string;
  /** Branch, tag or commit that the ring is pinned to: `refs/heads/main`. A wave moves it. */
  readonly revision: string;
  readonly agent: GitOpsAgent;
  readonly grouping: Grouping;
  /** Where the agent and its objects are: `argocd`, `flux-system`. */
  readonly namespace: string;
  /**
   * Where placements go: the cluster that the agent is in, one that Argo CD knows by this name, or all that Argo CD
   * knows by the label `pltf.dev/ring` with the ring's name.
   */
  readonly destination:
    | { readonly kind: 'own' }
    | { readonly kind: 'named'; readonly name: string }
    | { readonly kind: 'ring' };
  /** Where people see more: the portal. */
  readonly portal?: string | undefined;
  /** The id of the installation that writes the ring: eight hexadecimal digits. */
  readonly platform: string;
  /** Name of the Secret with which Flux reads the repository. */
  readonly secret?: string | undefined;
}

/** The objects of one ring are found by these; none is the label by which an older Argo CD tracks what it applied. */
export const ringLabels = (ring: string): Readonly<Record<string, string>> => ({
  'app.kubernetes.io/managed-by': 'pltf',
  'pltf.dev/ring': ring,
});

export const bootstrapName = (ring: string): string => `pltf-${ring}`;
