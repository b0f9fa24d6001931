import type { LiveObject } from '../../../cluster/cluster-api.ts';
import type { SeenObject } from '../../../cluster/cluster-cache.ts';
import { nameOf, type PlacementSet } from './placement-set.ts';

/** So many are named; of more, how many. */
const mostNamed = 20;

/** What a removal waits for, in words: each object with what holds it, pods that still end, and what the namespace says. */
export async function leftoversOf(
  set: PlacementSet,
  objects: readonly SeenObject[],
  live: LiveObject | undefined,
  signal: AbortSignal | undefined,
): Promise<readonly string[]> {
  const { pods } = set.cache.of(set.namespace);
  const named = objects.filter(({ kind }) => kind !== 'Namespace');
  const shown = [
    ...(await Promise.all(named.slice(0, mostNamed).map((one) => objectLine(set, one, signal)))),
    ...pods
      .slice(0, mostNamed)
      .map(({ name, deleting }) => `Pod ${name}${deleting ? ' (still ends)' : ''}`),
  ];
  const more = named.length + pods.length - shown.length;
  if (more > 0) shown.push(`and ${more} more`);
  return live === undefined ? shown : [...shown, ...namespaceLines(live)];
}

/** Since when one is held is asked of the API server: few are, and the cache does not keep it. */
async function objectLine(
  { cluster }: PlacementSet,
  object: SeenObject,
  signal: AbortSignal | undefined,
): Promise<string> {
  const { apiVersion, kind, name, namespace, finalizers, deleting } = object;
  if (finalizers.length === 0) return nameOf(object);
  const held = `${nameOf(object)}: held by ${finalizers.join(', ')}`;
  if (!deleting) return held;
  const live = await cluster.get({ apiVersion, kind, name, namespace }, signal);
  const since = live?.metadata.deletionTimestamp;
  const when = since === undefined ? held : `${held}, being deleted since ${since}`;
  return `${when}; ${remedyFor(object)}`;
}

/** Those of Kubernetes itself, which let go by themselves. */
const known: Readonly<Record<string, string>> = {
  'foregroundDeletion': 'what it made goes first, which needs nothing',
  'kubernetes.io/pvc-protection': 'an instance still uses it: it goes once that has ended',
  'orphan': 'it lets go of what it made first, which needs nothing',
  'service.kubernetes.io/load-balancer-cleanup':
    'its load balancer is taken down first; if that stays so, those who run the cluster see why: kubectl describe service',
};

/** What to do about an object that a finalizer holds: nearly always somebody else's program is to let go of it. */
function remedyFor({ apiVersion, kind, name, namespace = '', finalizers }: SeenObject): string {
  const byItself = finalizers.map((one) => known[one]);
  if (byItself.every((one) => one !== undefined)) return byItself.join('; ');
  const group = apiVersion.includes('/') ? `.${apiVersion.split('/')[0]}` : '';
  const patch = `kubectl -n ${namespace} patch ${kind.toLowerCase()}${group} ${name} --type=merge -p '{"metadata":{"finalizers":null}}'`;
  return `whoever set that lets go of it once they are done: see that their program runs; if it is gone for good: ${patch}`;
}

interface Condition {
  readonly type?: string;
  readonly status?: string;
  readonly message?: string;
}

/** What the API server itself says it waits for: it knows of objects that are not ours, too. */
function namespaceLines(live: LiveObject): readonly string[] {
  const { name, deletionTimestamp: since, finalizers = [] } = live.metadata;
  const conditions = (live['status'] as { readonly conditions?: readonly Condition[] } | undefined)
    ?.conditions;
  const said = (conditions ?? []).filter(
    ({ type = '', status }) => status === 'True' && /Remaining$|Failure$/.test(type),
  );
  const because = [
    ...said.flatMap(({ message }) => (message === undefined ? [] : [message])),
    ...(finalizers.length === 0 ? [] : [`held by ${finalizers.join(', ')}`]),
  ];
  const when = since === undefined ? '' : ` (being deleted since ${since})`;
  return [`Namespace ${name}${when}${because.length === 0 ? '' : `: ${because.join('; ')}`}`];
}
