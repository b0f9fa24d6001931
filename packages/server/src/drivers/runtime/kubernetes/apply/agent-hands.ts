import type { GitOpsAgent } from '@pltf/plan/render';
import type { ForeignHand } from '../../../../modules/runtime/index.ts';

/** By what agents that pull from Git are known: the name that each applies by, and what it marks its objects with. */
export const agentHands: Readonly<Record<GitOpsAgent, ForeignHand>> = {
  argocd: {
    manager: 'argocd-controller',
    annotations: ['argocd.argoproj.io/tracking-id'],
    labels: [],
  },
  flux: {
    manager: 'kustomize-controller',
    annotations: [],
    labels: ['kustomize.toolkit.fluxcd.io/name', 'kustomize.toolkit.fluxcd.io/namespace'],
  },
};
