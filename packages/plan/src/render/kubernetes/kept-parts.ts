import { constant } from '../yaml/constant.ts';
import type { ClusterFacts } from './input.ts';

/** A part that only the facts of the cluster decide: made once for each cluster. */
export function ofCluster<T extends object>(
  make: (cluster: ClusterFacts) => T,
): (cluster: ClusterFacts) => T {
  const made = new WeakMap<ClusterFacts, T>();
  return (cluster) => {
    const known = made.get(cluster);
    if (known !== undefined) return known;
    const part = constant(make(cluster));
    made.set(cluster, part);
    return part;
  };
}

/** Few inputs have few values: sizes, health paths. Whoever has more forgets all and begins again. */
const mostKept = 512;

/** A part that two plain values decide: made once for each pair that is asked for. */
export function ofValues<A extends string | number, B extends string | number, T extends object>(
  make: (first: A, second: B) => T,
): (first: A, second: B) => T {
  const made = new Map<A, Map<B, T>>();
  let parts = 0;
  return (first, second) => {
    const known = made.get(first)?.get(second);
    if (known !== undefined) return known;
    if (parts >= mostKept) {
      made.clear();
      parts = 0;
    }
    const part = constant(make(first, second));
    const ofFirst = made.get(first) ?? new Map<B, T>();
    made.set(first, ofFirst.set(second, part));
    parts += 1;
    return part;
  };
}
