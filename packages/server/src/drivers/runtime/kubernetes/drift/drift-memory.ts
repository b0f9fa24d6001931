import type { DriftedField } from '@pltf/contracts';
import type { JsonValue } from '@pltf/plan/render';
import type { SeenObject } from '../../../cluster/cluster-cache.ts';
import { covers } from '../apply/covers.ts';
import {
  identityOf,
  isWorkload,
  keyOf,
  type PlacementSet,
  seenObjects,
} from '../apply/placement-set.ts';
import type { SealedObject } from '../apply/seal.ts';
import { findDrift } from './find-drift.ts';

interface Look {
  readonly uid: string;
  readonly owned: JsonValue | undefined;
  readonly hands: JsonValue | undefined;
  readonly replicas: number | undefined;
  readonly images: string;
  readonly drift: readonly DriftedField[];
}

export interface DriftMemory {
  /**
   * The drift of objects that are not covered by what we own. Asks the API server once for each change of an object
   * (two requests), and not again while it stays as it was looked at.
   */
  of(
    set: PlacementSet,
    touched: readonly SealedObject[],
    signal?: AbortSignal,
  ): Promise<readonly DriftedField[]>;
}

/** What was found when an object was looked at last; kept for as long as the object was rendered so. */
export function driftMemory(): DriftMemory {
  const looks = new WeakMap<SealedObject, Look>();
  const lookAt = async (
    set: PlacementSet,
    object: SealedObject,
    seen: SeenObject,
    signal: AbortSignal | undefined,
  ): Promise<readonly DriftedField[]> => {
    const drift = await findDrift(set, object, signal);
    const isOver = drift.length === 0 && !covers(object, seen.owned);
    if (isOver) await own(set, object, signal);
    const now = isOver ? (seenOf(set, object) ?? seen) : seen;
    looks.set(object, { ...stateOf(now), drift });
    return drift;
  };
  return {
    of: async (set, touched, signal) => {
      const found: DriftedField[] = [];
      for (const object of touched) {
        const seen = seenOf(set, object);
        if (seen === undefined) continue;
        const before = looks.get(object);
        const isKnown = before !== undefined && isAsLookedAt(before, seen);
        found.push(...(isKnown ? before.drift : await lookAt(set, object, seen, signal)));
      }
      return found;
    },
  };
}

const seenOf = ({ cache, namespace }: PlacementSet, object: SealedObject): SeenObject | undefined =>
  seenObjects(cache.of(namespace)).get(identityOf(keyOf(object)));

/**
 * What somebody wrote, and what we want, is the same by now: applied once more it is ours as well, and covered without a
 * look. Where that does not come about (a webhook writes some of it each time), the look is remembered.
 */
async function own(
  { cluster, cache }: PlacementSet,
  object: SealedObject,
  signal: AbortSignal | undefined,
): Promise<void> {
  const result = await cluster.apply(object, { signal });
  if (result.ok) cache.note(result.object);
}

const stateOf = (seen: SeenObject): Omit<Look, 'drift'> => ({
  uid: seen.uid,
  owned: seen.owned,
  hands: seen.hands,
  replicas: isWorkload(seen) ? seen.replicas : undefined,
  images: isWorkload(seen) ? JSON.stringify(seen.images) : '',
});

/** The version of an object changes with its every status: what counts is what is looked at. */
function isAsLookedAt(before: Look, seen: SeenObject): boolean {
  const now = stateOf(seen);
  return (
    before.uid === now.uid &&
    before.owned === now.owned &&
    before.hands === now.hands &&
    before.replicas === now.replicas &&
    before.images === now.images
  );
}
