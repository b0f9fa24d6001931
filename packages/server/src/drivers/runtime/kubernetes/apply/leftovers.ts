import type { LiveObject } from '../../../cluster/cluster-api.ts';
import type { SeenObject } from '../../../cluster/cluster-cache.ts';
import { nameOf, type PlacementSet } from './placement-set.ts';

/** So many are named; of more, how many. */
const mostNamed = 20;

/** What a removal waits for, in words: each object with what holds it, pods that still end, and what the namespace says. */
export function leftoversOf(
  { cache, namespace }: PlacementSet,
  objects: readonly SeenObject[],
  live: LiveObject | undefined,
): readonly string[] {
  const { pods } = cache.of(namespace);
  const named = [
    ...objects.filter(({ kind }) => kind !== 'Namespace').map(objectLine),
    ...pods.map(({ name, deleting }) => `Pod ${name}${deleting ? ' (still ends)' : ''}`),
  ];
  const shown = named.slice(0, mostNamed);
  if (named.length > mostNamed) shown.push(`and ${named.length - mostNamed} more`);
  return live === undefined ? shown : [...shown, ...namespaceLines(live)];
}

const objectLine = (object: SeenObject): string =>
  object.finalizers.length === 0
    ? nameOf(object)
    : `${nameOf(object)}: held by ${object.finalizers.join(', ')}`;

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
