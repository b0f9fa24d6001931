import type { LiveObject, ObjectKey } from '../../../cluster/cluster-api.ts';
import type { SeenObject } from '../../../cluster/cluster-cache.ts';
import { deleteMember } from './delete-member.ts';
import { isPulled, releaseSet } from './hand-over.ts';
import { inParallel } from './in-parallel.ts';
import { leftoversOf } from './leftovers.ts';
import { type PlacementSet, seenObjects } from './placement-set.ts';
import { platformLabel, runtimeAnnotation } from './seal.ts';

export interface RemovalOutcome {
  /** The API server itself has said that nothing is left. */
  readonly gone: boolean;
  /** What is left, with what holds it and since when, for people. */
  readonly leftovers: readonly string[];
}

/** What leads requests in goes first, then what runs; the namespace takes the rest with it. */
const stages: readonly ReadonlySet<string>[] = [
  new Set(['HTTPRoute', 'Ingress', 'HorizontalPodAutoscaler', 'PodDisruptionBudget']),
  new Set(['Deployment', 'StatefulSet', 'CronJob', 'Job']),
];

const atOnce = 6;

/**
 * One step of a removal that a person has asked for: deletes the next stage once the one before has gone, and answers
 * what is left without waiting for it. To be called again when something in the namespace changed. A namespace that is
 * not ours is left alone, and counts as gone: there is nothing of ours in it. So does one that another runtime has taken
 * over since, or an agent that pulls from Git: the placement has moved within the cluster, and the agent gets our fields
 * of it. Idempotent.
 */
export async function removeSet(set: PlacementSet, signal?: AbortSignal): Promise<RemovalOutcome> {
  const key: ObjectKey = { apiVersion: 'v1', kind: 'Namespace', name: set.namespace };
  const live = await set.cluster.get(key, signal);
  if (live === undefined || !isOurs(set, live)) return { gone: true, leftovers: [] };
  if (isPulled(live)) await releaseSet(set, signal);
  if (isPulled(live) || isOfAnother(set, live)) return { gone: true, leftovers: [] };
  if (live.metadata.deletionTimestamp === undefined) {
    for (const kinds of stages) {
      const left = membersIn(set, kinds);
      await inParallel(left, atOnce, async (one) => {
        if (!one.deleting) await deleteMember(set, one, signal);
      });
      const still = membersIn(set, kinds);
      if (still.length > 0)
        return { gone: false, leftovers: await leftoversOf(set, still, undefined, signal) };
    }
    const { uid } = live.metadata;
    await set.cluster.delete(key, { uid, propagation: 'Background', signal });
  }
  // Only what the API server says counts: the cache may be behind.
  const after = await set.cluster.get(key, signal);
  if (after === undefined) return { gone: true, leftovers: [] };
  return { gone: false, leftovers: await leftoversOf(set, membersOf(set), after, signal) };
}

const isOurs = ({ seal }: PlacementSet, { metadata }: LiveObject): boolean =>
  metadata.labels?.[platformLabel] === seal.platform;

function isOfAnother({ seal }: PlacementSet, { metadata }: LiveObject): boolean {
  const runtime = metadata.annotations?.[runtimeAnnotation];
  return runtime !== undefined && runtime !== seal.runtime;
}

const membersOf = ({ cache, namespace, seal }: PlacementSet): readonly SeenObject[] =>
  [...seenObjects(cache.of(namespace)).values()].filter(({ partOf }) => partOf === seal.set);

const membersIn = (set: PlacementSet, kinds: ReadonlySet<string>): readonly SeenObject[] =>
  membersOf(set).filter(({ kind }) => kinds.has(kind));
