import { createHash } from 'node:crypto';
import type { ClusterFacts } from '@pltf/plan/render';
import type { Seal } from '../apply/seal.ts';
import { type TargetObjects, targetObjects } from './placement-objects.ts';
import type { Target } from './rollout-accept.ts';

/** Rendered objects by placement, for as long as what they are made from stays the same. */
export interface TargetCache {
  objects(placement: string, target: Target, facts: ClusterFacts, by: Seal): TargetObjects;
  forget(placement: string): void;
}

/**
 * The very same objects for the very same target: what is known of an object (its digest, whether its fields are still
 * ours, its drift) is kept with it, so a pass over a settled placement compares and asks nothing.
 */
export function targetCache(): TargetCache {
  const kept = new Map<string, { readonly key: string; readonly objects: TargetObjects }>();
  const factKeys = new WeakMap<ClusterFacts, string>();
  const keyOfFacts = (facts: ClusterFacts): string => {
    const known = factKeys.get(facts);
    if (known !== undefined) return known;
    const key = digest({ ...facts, kinds: [...facts.kinds].toSorted() });
    factKeys.set(facts, key);
    return key;
  };
  return {
    objects: (placement, target, facts, by) => {
      const key = `${digest(target)} ${keyOfFacts(facts)} ${by.platform} ${by.runtime}`;
      const known = kept.get(placement);
      if (known?.key === key) return known.objects;
      const objects = targetObjects(target, facts, by);
      kept.set(placement, { key, objects });
      return objects;
    },
    forget: (placement) => void kept.delete(placement),
  };
}

const digest = (value: unknown): string =>
  createHash('sha1').update(JSON.stringify(value)).digest('base64url');
