import type { Ring } from '@pltf/plan/render';
import type { GitOpsRule } from './manifest.ts';

const namespaces = { argocd: 'argocd', flux: 'flux-system' } as const;
/** One Kustomization waits for all that it follows, so that a neighbour's trouble would be everybody's. */
const groupings = { argocd: 'bucket', flux: 'placement' } as const;

/** A ring as the platform file has it. */
export function ringOf(rule: GitOpsRule, platform: string, portal: string | undefined): Ring {
  const { agent, cluster, secret } = rule;
  return {
    ...{ ring: rule.ring, platform },
    repository: rule.url ?? rule.repository,
    revision: `refs/heads/${rule.branch}`,
    agent,
    grouping: rule.group ?? groupings[agent],
    namespace: rule.namespace ?? namespaces[agent],
    destination:
      cluster === undefined
        ? { kind: 'own' }
        : cluster === '*'
          ? { kind: 'ring' }
          : { kind: 'named', name: cluster },
    ...(portal === undefined ? {} : { portal }),
    ...(secret === undefined ? {} : { secret }),
  };
}
