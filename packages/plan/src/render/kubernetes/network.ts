import type { JsonObject, JsonValue } from '../../template/json.ts';
import { sortedKeys } from './configuration.ts';
import type { BackingEndpoint, Peer } from './input.ts';
import { namespaceOf, shortened } from './names.ts';
import type { Fields, KubernetesObject } from './object.ts';
import { metadataOf, type Placed, usualPort } from './placed.ts';
import { entryOf } from './traffic.ts';

const usualDns = { namespace: 'kube-system', labels: { 'k8s-app': 'kube-dns' } };
const both = ['Ingress', 'Egress'];
const everyPod = {};

/**
 * Nothing goes in or out of the namespace but what a policy of its own allows: names, the gateway, Prometheus, each
 * declared edge at both of its ends, backing services, and the outside that the platform allows to all.
 */
export function networkPolicyObjects(placed: Placed): readonly KubernetesObject[] {
  const policies = [policy(placed, 'default-deny', { podSelector: everyPod, policyTypes: both })];
  if (placed.spec.kind === 'resource') return policies;
  policies.push(policy(placed, 'dns', dns(placed)));
  if (placed.port !== undefined) policies.push(...incoming(placed, placed.port));
  policies.push(...outgoing(placed));
  return policies;
}

const policy = (placed: Placed, purpose: string, spec: JsonObject): KubernetesObject => ({
  apiVersion: 'networking.k8s.io/v1',
  kind: 'NetworkPolicy',
  metadata: metadataOf(placed, shortened(`${placed.name}-${purpose}`)),
  spec,
});

const inNamespace = (namespace: string, pods?: Readonly<Record<string, string>>): JsonObject => {
  const namespaceSelector = { matchLabels: { 'kubernetes.io/metadata.name': namespace } };
  return pods === undefined
    ? { namespaceSelector }
    : { namespaceSelector, podSelector: { matchLabels: pods } };
};

function dns({ cluster }: Placed): JsonObject {
  const { namespace, labels } = cluster.dns ?? usualDns;
  return {
    podSelector: everyPod,
    policyTypes: ['Egress'],
    egress: [
      {
        to: [inNamespace(namespace, labels)],
        ports: [
          { protocol: 'UDP', port: 53 },
          { protocol: 'TCP', port: 53 },
        ],
      },
    ],
  };
}

function incoming(placed: Placed, port: number): readonly KubernetesObject[] {
  const { cluster, input, selector } = placed;
  const allow = (from: JsonValue): Fields => ({
    podSelector: { matchLabels: selector },
    policyTypes: ['Ingress'],
    ingress: [{ from: [from], ports: [{ protocol: 'TCP', port }] }],
  });
  const policies: KubernetesObject[] = [];
  const entry = entryOf(placed);
  const doors = entry === 'gateway' ? cluster.gateway : entry && cluster.ingress;
  if (doors !== undefined && placed.spec.routes.length > 0)
    policies.push(policy(placed, 'from-gateway', allow(inNamespace(doors.namespace))));
  if (cluster.monitoring !== undefined && input.metricsPath !== undefined)
    policies.push(
      policy(placed, 'from-monitoring', allow(inNamespace(cluster.monitoring.namespace))),
    );
  for (const caller of sortedPeers(input.callers ?? []))
    policies.push(policy(placed, `from-${nameOf(caller)}`, allow(peer(caller))));
  return policies;
}

function outgoing(placed: Placed): readonly KubernetesObject[] {
  const { cluster, input } = placed;
  const allow = (rule: JsonValue): Fields => ({
    podSelector: everyPod,
    policyTypes: ['Egress'],
    egress: [rule],
  });
  const policies: KubernetesObject[] = [];
  const callees = Object.values(input.callees ?? {});
  for (const callee of sortedPeers(callees)) {
    const same = callees.filter((other) => nameOf(other) === nameOf(callee));
    const numbers = new Set(same.map(({ port = usualPort }) => port));
    const ports = [...numbers].toSorted((a, b) => a - b).map((port) => ({ protocol: 'TCP', port }));
    policies.push(policy(placed, `to-${nameOf(callee)}`, allow({ to: [peer(callee)], ports })));
  }
  const { backing = {} } = input;
  for (const need of sortedKeys(backing)) {
    const to = backing[need] && endpoint(backing[need]);
    if (to !== undefined) policies.push(policy(placed, `to-need-${need}`, allow(to)));
  }
  if (cluster.outbound !== undefined && cluster.outbound.length > 0) {
    const to = cluster.outbound.map(({ cidr, except }) => ({
      ipBlock: except === undefined ? { cidr } : { cidr, except },
    }));
    policies.push(policy(placed, 'to-outside', allow({ to })));
  }
  return policies;
}

function endpoint({ cidr, namespace, port }: BackingEndpoint): JsonObject | undefined {
  const ports = [{ protocol: 'TCP', port }];
  if (namespace !== undefined) return { to: [inNamespace(namespace)], ports };
  return cidr === undefined ? undefined : { to: [{ ipBlock: { cidr } }], ports };
}

const nameOf = ({ label, environment }: Peer): string => namespaceOf(label, environment);

/** The other end: every pod of its namespace, tasks too, since a namespace holds one placement and nothing else. */
const peer = ({ label, environment }: Peer): JsonObject =>
  inNamespace(namespaceOf(label, environment));

/** Each once, in an order that does not depend on who was declared first. */
function sortedPeers(peers: readonly Peer[]): readonly Peer[] {
  const byName = new Map(peers.map((one) => [nameOf(one), one]));
  return [...byName].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, one]) => one);
}
