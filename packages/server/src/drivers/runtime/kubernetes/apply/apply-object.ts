import { setTimeout as sleep } from 'node:timers/promises';
import { PltfError } from '@pltf/contracts';
import type { ApplyResult } from '../../../cluster/cluster-api.ts';
import { conflictedFields } from '../drift/attribution.ts';
import { type ApplyOutcome, nothingDone } from './apply-outcome.ts';
import { ownAutoscalerHasReplicas, withKeptReplicas } from './autoscaler-handover.ts';
import type { ObjectDifference } from './difference.ts';
import { keyOf, type PlacementSet } from './placement-set.ts';
import type { SealedObject } from './seal.ts';

/** Waits before asking a busy cluster again, in milliseconds; then the pass ends, and the reconciler waits longer. */
const pauses = [250, 1_000, 3_000];

/** What concerns one object only; anything else concerns the cluster, and ends the pass. */
const ofOneObject: ReadonlySet<string> = new Set(['cluster-refused', 'cluster-forbidden']);

/** Applies one object and says what came of it. Fields of others are looked up, and left as they are. */
export async function applyObject(
  set: PlacementSet,
  { object, seen, state }: ObjectDifference,
  signal: AbortSignal | undefined,
): Promise<ApplyOutcome> {
  const key = keyOf(object);
  try {
    const kept = withKeptReplicas(object, seen);
    let result = await patiently(set, kept, false, signal);
    if (!result.ok && kept !== object) result = await patiently(set, object, false, signal);
    if (!result.ok && ownAutoscalerHasReplicas(set, object, result.conflicts))
      result = await patiently(set, object, true, signal);
    if (!result.ok) {
      const live = await set.cluster.get(key, signal);
      return { ...nothingDone, conflicts: conflictedFields(object, live, result.conflicts) };
    }
    set.cache.note(result.object);
    return { ...nothingDone, applied: [key], created: state === 'missing' ? [key] : [] };
  } catch (error) {
    if (!(error instanceof PltfError) || !ofOneObject.has(error.code)) throw error;
    return { ...nothingDone, refused: [{ key, error }] };
  }
}

async function patiently(
  { cluster }: PlacementSet,
  object: SealedObject,
  force: boolean,
  signal: AbortSignal | undefined,
): Promise<ApplyResult> {
  for (const pause of pauses) {
    try {
      return await cluster.apply(object, { force, signal });
    } catch (error) {
      if (!(error instanceof PltfError) || error.code !== 'cluster-busy') throw error;
    }
    await sleep(pause, undefined, signal === undefined ? {} : { signal });
  }
  return cluster.apply(object, { force, signal });
}
