import type { RunSpec } from '@pltf/contracts';
import type { JsonObject, JsonValue } from '../../template/json.ts';
import { constant } from '../yaml/constant.ts';
import { sortedKeys } from './configuration.ts';
import { addedKinds, type PlacedPort } from './input.ts';
import { ofCluster } from './kept-parts.ts';
import { fingerprint, shortened } from './names.ts';
import type { KubernetesObject } from './object.ts';
import { metadataOf, type Placed, serves, usualPort } from './placed.ts';

const servicePort = 80;
/** A route takes no more; the next ones go into a further route. */
const mostHosts = 16;

const servicePorts = /* @__PURE__ */ constant([
  { name: 'http', port: servicePort, protocol: 'TCP', targetPort: 'http' },
]);

/** Ports beside the first one, which is `http` and 80: by their own names and numbers. */
function furtherPorts({
  ports = {},
}: Pick<RunSpec, 'ports'>): readonly (readonly [string, Port])[] {
  const taken = new Set([`${servicePort}/TCP`]);
  return sortedKeys(ports).flatMap((name) => {
    const one = ports[name];
    const key = `${one?.port}/${one?.protocol}`;
    if (one === undefined || taken.has(key)) return [];
    taken.add(key);
    return [[portName(name), one] as const];
  });
}

type Port = NonNullable<RunSpec['ports']>[string];

/** At most fifteen characters; `http` is the first one. */
function portName(name: string): string {
  const plain = name
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '');
  return plain === name && name.length <= 15 && name !== 'http' && /[a-z]/.test(name)
    ? name
    : `port-${fingerprint(name)}`;
}

const allPorts = (placed: Placed): readonly JsonValue[] => [
  ...servicePorts,
  ...furtherPorts(placed.spec.run).map(([name, { port, targetPort, protocol }]) => ({
    name,
    port,
    protocol,
    targetPort,
  })),
];

/** What the container says of its ports beside the first one. */
export function morePorts(placed: Placed): readonly JsonValue[] {
  const known = new Set([`${placed.port}/TCP`]);
  return furtherPorts(placed.spec.run).flatMap(([name, { targetPort, protocol }]) => {
    const key = `${targetPort}/${protocol}`;
    if (known.has(key)) return [];
    known.add(key);
    return [{ name, containerPort: targetPort, protocol }];
  });
}

/** The ports beside the first one that a caller may reach, each once: of the program, not of its Service. */
export function morePortsOf(run: Pick<RunSpec, 'port' | 'ports'>): readonly PlacedPort[] {
  const known = new Set([`${run.port ?? usualPort}/TCP`]);
  return furtherPorts(run).flatMap(([, { targetPort, protocol }]) => {
    const key = `${targetPort}/${protocol}`;
    if (known.has(key)) return [];
    known.add(key);
    return [{ port: targetPort, protocol }];
  });
}

export function serviceObject(placed: Placed): KubernetesObject | undefined {
  if (placed.port === undefined) return undefined;
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: metadataOf(placed, placed.name),
    spec: {
      type: 'ClusterIP',
      selector: placed.selector,
      ports: placed.spec.run.ports === undefined ? servicePorts : allPorts(placed),
    },
  };
}

/** How requests come in: by the gateway, else by an ingress; undefined: not at all. */
export function entryOf(placed: Placed): 'gateway' | 'ingress' | undefined {
  const { cluster, port } = placed;
  if (port === undefined) return undefined;
  if (cluster.gateway !== undefined && serves(placed, addedKinds.httpRoute)) return 'gateway';
  return cluster.ingress !== undefined && serves(placed, 'networking.k8s.io/v1/Ingress')
    ? 'ingress'
    : undefined;
}

/** Hosts that can be published. One that asks for sign-in is not, where nothing can ask who somebody is. */
export function publishedHosts(placed: Placed): {
  readonly open: readonly string[];
  readonly signIn: readonly string[];
  readonly withheld: readonly string[];
} {
  const entry = entryOf(placed);
  const hosts = (signIn: boolean): readonly string[] =>
    placed.spec.routes.filter((route) => route.signIn === signIn).map(({ host }) => host);
  if (entry === undefined) return { open: [], signIn: [], withheld: [] };
  return entry === 'gateway' && placed.cluster.signIn !== undefined
    ? { open: hosts(false), signIn: hosts(true), withheld: [] }
    : { open: hosts(false), signIn: [], withheld: hosts(true) };
}

export function entryObjects(placed: Placed): readonly KubernetesObject[] {
  const entry = entryOf(placed);
  if (entry === undefined) return [];
  const { open, signIn } = publishedHosts(placed);
  if (entry === 'ingress') return open.length === 0 ? [] : [ingress(placed, open)];
  const { name, cluster } = placed;
  const filter = cluster.signIn && { type: 'ExtensionRef', extensionRef: { ...cluster.signIn } };
  return [
    ...chunks(open).map((hosts, index) => httpRoute(placed, numbered(name, index), hosts)),
    ...chunks(signIn).map((hosts, index) =>
      httpRoute(placed, numbered(`${name}-sign-in`, index), hosts, filter),
    ),
  ];
}

const numbered = (name: string, index: number): string =>
  shortened(index === 0 ? name : `${name}-${index + 1}`);

const chunks = (hosts: readonly string[]): readonly (readonly string[])[] =>
  Array.from({ length: Math.ceil(hosts.length / mostHosts) }, (_, index) =>
    hosts.slice(index * mostHosts, (index + 1) * mostHosts),
  );

const parentRefs = /* @__PURE__ */ ofCluster(({ gateway }) => [
  {
    name: gateway?.name ?? '',
    namespace: gateway?.namespace ?? '',
    ...(gateway?.section === undefined ? {} : { sectionName: gateway.section }),
  },
]);
const everyPath = /* @__PURE__ */ constant([{ path: { type: 'PathPrefix', value: '/' } }]);

function httpRoute(
  placed: Placed,
  name: string,
  hostnames: readonly string[],
  filter?: JsonObject,
): KubernetesObject {
  return {
    apiVersion: 'gateway.networking.k8s.io/v1',
    kind: 'HTTPRoute',
    metadata: metadataOf(placed, name),
    spec: {
      parentRefs: parentRefs(placed.cluster),
      hostnames,
      rules: [
        {
          matches: everyPath,
          ...(filter === undefined ? {} : { filters: [filter] }),
          backendRefs: [{ name: placed.name, port: servicePort }],
        },
      ],
    },
  };
}

function ingress(placed: Placed, hosts: readonly string[]): KubernetesObject {
  const { className = '', issuer } = placed.cluster.ingress ?? {};
  const metadata = metadataOf(placed, placed.name);
  const backend = { service: { name: placed.name, port: { name: 'http' } } };
  return {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'Ingress',
    metadata:
      issuer === undefined
        ? metadata
        : {
            ...metadata,
            annotations: { ...metadata.annotations, 'cert-manager.io/cluster-issuer': issuer },
          },
    spec: {
      ingressClassName: className,
      ...(issuer === undefined ? {} : { tls: [{ hosts, secretName: tlsSecret(placed) }] }),
      rules: hosts.map((host) => ({
        host,
        http: { paths: [{ path: '/', pathType: 'Prefix', backend }] },
      })),
    },
  };
}

/** Where cert-manager puts what it has got: not into the secret of a need that is called so too. */
const tlsSecret = ({ name, spec }: Placed): string =>
  shortened(`${name}-${spec.needs['tls'] === undefined ? 'tls' : 'tls-of-ingress'}`);
