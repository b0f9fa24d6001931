import type { ClusterSettings } from '@pltf/contracts';
import type { ClusterFacts } from '../render/kubernetes/input.ts';

/** Where proxies of an Ingress run when the platform file does not say: as ingress-nginx installs them. */
const usualIngressNamespace = 'ingress-nginx';

/** What the renderer has to know of a cluster: what the platform file says of it, and what it serves itself. */
export function clusterFacts(
  settings: ClusterSettings,
  served: Pick<ClusterFacts, 'minor' | 'kinds'>,
): ClusterFacts {
  const { ingressClass, ingressNamespace = usualIngressNamespace, issuer, outbound } = settings;
  const { gateway, signIn, monitoring, dns, secretStore, storage, zones, pullSecrets } = settings;
  return {
    ...{ minor: served.minor, kinds: served.kinds },
    ...{ gateway, signIn, monitoring, dns, secretStore, storage, zones, pullSecrets },
    ingress:
      ingressClass === undefined
        ? undefined
        : { className: ingressClass, namespace: ingressNamespace, issuer },
    outbound: outbound?.map((range) => (typeof range === 'string' ? { cidr: range } : range)),
  };
}
