import type { JsonObject, JsonValue } from '../../template/json.ts';
import { constant } from '../yaml/constant.ts';
import { sortedKeys } from './configuration.ts';
import type { BackingEndpoint, Peer, PlacedPort } from './input.ts';
import { ofCluster } from './kept-parts.ts';
import { namespaceOf, shortened } from './names.ts';
import type { KubernetesObject } from './object.ts';
import { metadataOf, type Placed, usualPort } from './placed.ts';
import { entryOf, morePortsOf } from './traffic.ts';

const usualDns = { namespace: 'kube-system', labels: { 'k8s-app': 'kube-dns' } };
const ingress = /* @__PURE__ */ constant(['Ingress']);
const egress = /* @__PURE__ */ constant(['Egress']);
const everyPod = /* @__PURE__ */ constant({});
const nothing = /* @__PURE__ */ constant({
  podSelector: everyPod,
  policyTypes: ['Ingress', 'Egress'],
});

/**
 * Nothing goes in or out of the namespace but what a policy of its own allows: names, the gateway, Prometheus, each
 * declared edge at both of its ends, backing services, and the outside that the platform allows to all.
 */
export function networkPolicyObjects(placed: Placed): readonly KubernetesObject[] {
  const policies = [policy(placed, 'default-deny', nothing)];
  if (placed.spec.kind === 'resource') return policies;
  policies.push(policy(placed, 'dns', dns(placed.cluster)));
  if (placed.port !== undefined) addIncoming(policies, placed, placed.port);
  addOutgoing(policies, placed);
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

const dns = /* @__PURE__ */ ofCluster((cluster): JsonObject => {
  const { namespace, labels } = cluster.dns ?? usualDns;
  const ports = [
    { protocol: 'UDP', port: 53 },
    { protocol: 'TCP', port: 53 },
  ];
  return {
    podSelector: everyPod,
    policyTypes: egress,
    egress: [{ to: [inNamespace(namespace, { ...labels })], ports }],
  };
});

const fromGateway = /* @__PURE__ */ ofCluster(({ gateway }) => [
  inNamespace(gateway?.namespace ?? ''),
]);
const fromProxies = /* @__PURE__ */ ofCluster((cluster) => [
  inNamespace(cluster.ingress?.namespace ?? ''),
]);
const fromMonitoring = /* @__PURE__ */ ofCluster(({ monitoring }) => [
  inNamespace(monitoring?.namespace ?? ''),
]);

function addIncoming(policies: KubernetesObject[], placed: Placed, port: number): void {
  const { cluster, input, selector, spec } = placed;
  const podSelector = { matchLabels: selector };
  const ports: readonly JsonValue[] = [{ protocol: 'TCP', port }];
  const allow = (purpose: string, from: readonly JsonValue[], to = ports): void => {
    const rule = { podSelector, policyTypes: ingress, ingress: [{ from, ports: to }] };
    policies.push(policy(placed, purpose, rule));
  };
  const entry = entryOf(placed);
  if (entry !== undefined && spec.routes.length > 0)
    allow('from-gateway', (entry === 'gateway' ? fromGateway : fromProxies)(cluster));
  if (cluster.monitoring !== undefined && spec.run.metrics !== undefined)
    allow('from-monitoring', fromMonitoring(cluster));
  for (const caller of sortedPeers(input.callers ?? []))
    allow(
      `from-${nameOf(caller)}`,
      [peer(caller)],
      [...ports, ...morePortsOf(spec.run).map(ofPolicy)],
    );
}

const toOutside = /* @__PURE__ */ ofCluster(({ outbound = [] }) => ({
  podSelector: everyPod,
  policyTypes: egress,
  egress: [
    {
      to: outbound.map(({ cidr, except }) => ({
        ipBlock: except === undefined ? { cidr } : { cidr, except: [...except] },
      })),
    },
  ],
}));

function addOutgoing(policies: KubernetesObject[], placed: Placed): void {
  const { cluster, input } = placed;
  const allow = (purpose: string, rule: JsonValue): void => {
    const spec = { podSelector: everyPod, policyTypes: egress, egress: [rule] };
    policies.push(policy(placed, purpose, spec));
  };
  const callees = Object.values(input.callees ?? {});
  for (const callee of sortedPeers(callees)) {
    const same = callees.filter((other) => nameOf(other) === nameOf(callee));
    const ports = eachOnce(
      same.flatMap(({ port = usualPort, morePorts = [] }) => [
        { port, protocol: 'TCP' as const },
        ...morePorts,
      ]),
    ).map(ofPolicy);
    allow(`to-${nameOf(callee)}`, { to: [peer(callee)], ports });
  }
  const { backing = {} } = input;
  for (const need of sortedKeys(backing)) {
    const to = backing[need] && endpoint(backing[need]);
    if (to !== undefined) allow(`to-need-${need}`, to);
  }
  if (cluster.outbound !== undefined && cluster.outbound.length > 0)
    policies.push(policy(placed, 'to-outside', toOutside(cluster)));
}

function endpoint({ cidr, namespace, port }: BackingEndpoint): JsonObject | undefined {
  const ports = [{ protocol: 'TCP', port }];
  if (namespace !== undefined) return { to: [inNamespace(namespace)], ports };
  return cidr === undefined ? undefined : { to: [{ ipBlock: { cidr } }], ports };
}

const ofPolicy = ({ port, protocol }: PlacedPort): JsonValue => ({ protocol, port });

/** By number, each once. */
function eachOnce(ports: readonly PlacedPort[]): readonly PlacedPort[] {
  const byKey = new Map(ports.map((one) => [`${one.port}/${one.protocol}`, one]));
  return [...byKey.values()].toSorted(
    (a, b) => a.port - b.port || (a.protocol < b.protocol ? -1 : 1),
  );
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
