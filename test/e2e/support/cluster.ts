import { randomBytes } from 'node:crypto';
import { eventually, run } from './tools.ts';

/** What the tests read of any object of a cluster, as `kubectl -o json` prints it. */
export interface ClusterObject {
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly uid: string;
    readonly resourceVersion: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
    readonly deletionTimestamp?: string;
  };
  readonly [field: string]: unknown;
}

/** Why a cluster cannot be used here; undefined when it can: real pods have to run in it. */
export async function withoutCluster(): Promise<string | undefined> {
  if (process.env['KUBECONFIG'] === undefined) return 'KUBECONFIG names no cluster';
  const nodes = await run('kubectl', ['--request-timeout=5s', 'get', 'nodes']).catch(
    () => undefined,
  );
  if (nodes === undefined) return 'no kubectl is installed';
  if (nodes.code !== 0) return 'the cluster of KUBECONFIG does not answer';
  return / Ready /.test(nodes.out) ? undefined : 'the cluster of KUBECONFIG has no node';
}

/** Runs kubectl as somebody else than the platform would; what it wrote. Throws when it fails. */
export async function kubectl(...args: readonly string[]): Promise<string> {
  const { code, out, err } = await run('kubectl', args);
  if (code !== 0) throw new Error(`kubectl ${args.join(' ')}: ${err}`);
  return out.trim();
}

/** Applies what is given as JSON, with kubectl's own field manager. */
export async function applyObject(object: unknown): Promise<void> {
  const { code, err } = await run('kubectl', ['apply', '-f', '-'], {
    input: JSON.stringify(object),
  });
  if (code !== 0) throw new Error(`kubectl apply: ${err}`);
}

export async function objectsIn(
  namespace: string,
  kinds: string,
): Promise<readonly ClusterObject[]> {
  const text = await kubectl('get', kinds, '--namespace', namespace, '--output', 'json');
  return JSON.parse(text).items;
}

export async function objectIn(
  namespace: string,
  kind: string,
  name: string,
): Promise<ClusterObject> {
  return JSON.parse(await kubectl('get', kind, name, '--namespace', namespace, '--output', 'json'));
}

/** Kinds that come and go by themselves, and tell of what was. */
const passing = new Set(['events', 'events.events.k8s.io']);

/** Every kind that the cluster serves and can list, whether this program knows it or not. */
async function everyKind(namespaced: boolean): Promise<readonly string[]> {
  const flags = [`--namespaced=${namespaced}`, '--verbs=list', '--output=name'];
  const text = await kubectl('api-resources', ...flags);
  return text.split('\n').filter((kind) => kind !== '' && !passing.has(kind));
}

/** All that is left of the platform's with a unique word in its name or namespace, of every kind there is. */
export async function leftInCluster(word: string): Promise<readonly string[]> {
  const owned = ['--selector', 'app.kubernetes.io/managed-by=pltf', '--ignore-not-found'];
  const line = '{range .items[*]}{.kind} {.metadata.namespace}/{.metadata.name}{"\\n"}{end}';
  const print = ['--output', `jsonpath=${line}`];
  const [inside, outside, namespaces] = await Promise.all([
    everyKind(true).then((kinds) =>
      kubectl('get', kinds.join(','), '--all-namespaces', ...owned, ...print),
    ),
    everyKind(false).then((kinds) => kubectl('get', kinds.join(','), ...owned, ...print)),
    kubectl('get', 'namespaces', ...print),
  ]);
  const lines = [inside, outside, namespaces].flatMap((text) => text.split('\n'));
  return [...new Set(lines)].filter((one) => one.includes(word)).toSorted();
}

/** A word that no other test on the same cluster has, to be part of a component's name. */
export const uniqueWord = (): string => `t${randomBytes(3).toString('hex')}`;

/** Removes what a failed test has left, without asking the platform. */
export async function clearCluster(word: string): Promise<void> {
  const text = await kubectl('get', 'namespaces', '--output', 'name');
  const names = text.split('\n').filter((name) => name.includes(word));
  if (names.length > 0) await kubectl('delete', ...names, '--wait=false', '--ignore-not-found');
}

/** A field of what kubectl has shown: `field(service, 'spec', 'ports', 0, 'port')`. */
export function field(object: unknown, ...path: readonly (string | number)[]): unknown {
  return path.reduce<unknown>(
    (value, key) =>
      typeof value === 'object' && value !== null ? Reflect.get(value, key) : undefined,
    object,
  );
}

/** Where the Service of a placement answers: the address that only the cluster's own proxy routes. */
export async function serviceUrl(namespace: string, withinMs = 30_000): Promise<string> {
  const [service] = await eventually(
    () => objectsIn(namespace, 'services'),
    (all) => all.some((one) => field(one, 'spec', 'clusterIP') !== 'None'),
    withinMs,
  );
  return `http://${String(field(service, 'spec', 'clusterIP'))}:${String(field(service, 'spec', 'ports', 0, 'port'))}`;
}
