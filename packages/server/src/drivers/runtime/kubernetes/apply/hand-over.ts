import { addedKinds, type JsonObject, type JsonValue, servedKinds } from '@pltf/plan/render';
import type { ForeignHand } from '../../../../modules/runtime/index.ts';
import type { LiveObject } from '../../../cluster/cluster-api.ts';
import { agentHands } from './agent-hands.ts';
import { parentOf, partOfLabel } from './apply-set.ts';
import { deleteMember } from './delete-member.ts';
import { hasApplied, transferred, withoutOurs } from './field-transfer.ts';
import { inParallel } from './in-parallel.ts';
import { foreignNamespace } from './namespace-claim.ts';
import { identityOf, keyOf, type PlacementSet } from './placement-set.ts';
import { appliedAnnotation, platformLabel, runtimeAnnotation } from './seal.ts';

const atOnce = 6;
const madeByUs = 'app.kubernetes.io/managed-by';

/** Whether an agent that pulls from Git has the object in hand. */
export const isPulled = (live: LiveObject): boolean =>
  Object.values(agentHands).some((agent) => isIn(live, agent));

function isIn(live: LiveObject, { manager, annotations, labels }: ForeignHand): boolean {
  const has = live.metadata;
  return (
    annotations.some((mark) => has.annotations?.[mark] !== undefined) ||
    labels.some((mark) => has.labels?.[mark] !== undefined) ||
    hasApplied(live, manager)
  );
}

/**
 * Takes over what another hand has let go of: its fields become ours, its marks go, ours come. No value of a field
 * changes, so that nothing starts anew, and fields of anybody else stay theirs. The namespace comes last: while it is not
 * ours, not all is. Idempotent, and may be killed anywhere. Throws `cluster-foreign` for a namespace that is somebody
 * else's.
 */
export async function takeOverSet(
  set: PlacementSet,
  from: ForeignHand,
  signal?: AbortSignal,
): Promise<void> {
  const namespace = await namespaceOf(set, signal);
  if (namespace === undefined) return;
  const owner = namespace.metadata.labels?.[platformLabel];
  const isFree = owner === undefined && isRendered(namespace) && isIn(namespace, from);
  if (owner !== set.seal.platform && !isFree)
    throw foreignNamespace(set.namespace, owner, set.seal.platform);
  const objects = await objectsOf(set, `${madeByUs}=pltf`, signal);
  const held = objects.filter((live) => isIn(live, from));
  const take = async (live: LiveObject): Promise<void> => {
    set.cache.note(await set.cluster.patch(keyOf(live), takingOver(live, set, from), { signal }));
  };
  await inParallel(held, atOnce, take);
  if (isIn(namespace, from) || owner === undefined) await take(namespace);
}

/** The version of the object is part of it: who changes it meanwhile has it looked at once more. */
const takingOver = (
  { kind, metadata }: LiveObject,
  { seal }: PlacementSet,
  from: ForeignHand,
): JsonValue => ({
  ...merged(metadata, {
    managedFields: transferred(metadata.managedFields ?? [], from.manager),
    labels: { ...nothing(from.labels), [platformLabel]: seal.platform, [partOfLabel]: seal.set },
    annotations: nothing(from.annotations),
  }),
  // A release task of an agent stays for good; here such things go by their own time.
  ...(kind === 'Job' ? { spec: { ttlSecondsAfterFinished: dayInSeconds } } : {}),
});

const dayInSeconds = 86_400;

/**
 * Lets go of what an agent that pulls from Git has taken over: it keeps every value, and what it does not ask for is
 * nobody's from now on, so that the agent alone decides what is there. Members that the agent did not take are not wanted
 * there any more, and are deleted; what holds data, and what has run, stays. Idempotent.
 */
export async function releaseSet(set: PlacementSet, signal?: AbortSignal): Promise<void> {
  const objects = await objectsOf(set, `${platformLabel}=${set.seal.platform}`, signal);
  await inParallel(objects, atOnce, async (live) => {
    if (isPulled(live) || stays.has(live.kind)) await release(set, live, signal);
    else await deleteLive(set, live, signal);
  });
  const namespace = await namespaceOf(set, signal);
  // Last: while it is ours, something else may be.
  if (namespace !== undefined) await release(set, namespace, signal);
}

const stays: ReadonlySet<string> = new Set(['PersistentVolumeClaim', 'Job']);

async function release(
  set: PlacementSet,
  live: LiveObject,
  signal: AbortSignal | undefined,
): Promise<void> {
  const { metadata } = live;
  const kept = withoutOurs(metadata.managedFields ?? []);
  const patch = merged(metadata, {
    // An empty list would mean: as they are.
    ...(isPulled(live) && kept.length > 0 ? { managedFields: kept } : {}),
    labels: nothing([platformLabel, partOfLabel]),
    annotations: nothing([appliedAnnotation, runtimeAnnotation]),
  });
  await set.cluster.patch(keyOf(live), patch, { signal });
}

/** The inventory bears the id of the set, and is no member of it. */
async function deleteLive(
  set: PlacementSet,
  live: LiveObject,
  signal: AbortSignal | undefined,
): Promise<void> {
  const key = keyOf(live);
  if (identityOf(key) === identityOf(parentOf(set.namespace))) {
    await set.cluster.delete(key, { uid: live.metadata.uid, signal });
    return;
  }
  await deleteMember(set, { ...key, uid: live.metadata.uid }, signal);
}

const nothing = (names: readonly string[]): Readonly<Record<string, null>> =>
  Object.fromEntries(names.map((name) => [name, null]));

const merged = (
  { resourceVersion }: LiveObject['metadata'],
  metadata: Readonly<Record<string, unknown>>,
): JsonObject =>
  JSON.parse(JSON.stringify({ metadata: { resourceVersion, ...metadata } })) as JsonObject;

const isRendered = ({ metadata }: LiveObject): boolean => metadata.labels?.[madeByUs] === 'pltf';

const namespaceOf = (
  { cluster, namespace }: PlacementSet,
  signal: AbortSignal | undefined,
): Promise<LiveObject | undefined> =>
  cluster.get({ apiVersion: 'v1', kind: 'Namespace', name: namespace }, signal);

/** What is in the namespace of all kinds that can be rendered, by the API server itself. */
async function objectsOf(
  { cluster, namespace }: PlacementSet,
  labels: string,
  signal: AbortSignal | undefined,
): Promise<readonly LiveObject[]> {
  const { kinds } = await cluster.served({ signal });
  const names = [...servedKinds(...Object.values(addedKinds)), 'batch/v1/Job'].filter(
    (name) => kinds.has(name) && !neverListed.has(name),
  );
  // By what it is: the same object may be served in two versions.
  const found = new Map<string, LiveObject>();
  await inParallel([...new Set(names)], atOnce, async (name) => {
    const slash = name.lastIndexOf('/');
    const kind = { apiVersion: name.slice(0, slash), kind: name.slice(slash + 1) };
    const { items } = await cluster.list(kind, { namespace, labels, signal });
    for (const item of items) {
      const live = { ...item, ...kind };
      found.set(identityOf(keyOf(live)), live);
    }
  });
  return [...found.values()];
}

/** The role of the platform does not let it list secrets, and none is ever rendered; the namespace is asked for itself. */
const neverListed: ReadonlySet<string> = new Set(['v1/Secret', 'v1/Namespace']);
