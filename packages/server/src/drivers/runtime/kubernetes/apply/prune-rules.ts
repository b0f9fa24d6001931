import type { Kind } from '../../../cluster/cluster-api.ts';
import type { SeenNamespace, SeenObject } from '../../../cluster/cluster-cache.ts';
import { identityOf, keyOf, nameOf, seenObjects } from './placement-set.ts';
import type { SealedObject } from './seal.ts';

/** Only gone when somebody says so: with them goes what cannot be made again. */
const onlyConfirmed: ReadonlySet<string> = new Set([
  '/Namespace',
  '/PersistentVolumeClaim',
  'apiextensions.k8s.io/CustomResourceDefinition',
]);

/** Tasks are no part of what is rendered, and go by their own time. */
const neverPruned: ReadonlySet<string> = new Set(['batch/Job']);

export interface PruneRequest {
  /** Deletions in one pass at most. */
  readonly most?: number | undefined;
  /** What a person has let go: `PersistentVolumeClaim name`, as `nameOf` gives it. */
  readonly confirmed?: ReadonlySet<string> | undefined;
}

export interface PrunePlan {
  readonly now: readonly SeenObject[];
  /** Beyond what one pass may delete. */
  readonly later: number;
  /** Not wanted any more, and kept until somebody confirms it. */
  readonly unconfirmed: readonly string[];
  /** Of a kind that the cluster says it does not serve: an API may be broken, and comes back with its objects. */
  readonly unserved: readonly string[];
}

const defaultMost = 10;

/** Members of the set that are not wanted any more, and which of them may go now. Pure. */
export function prunePlan(
  seen: SeenNamespace,
  set: string,
  wanted: readonly SealedObject[],
  served: ReadonlySet<string>,
  { most = defaultMost, confirmed = new Set() }: PruneRequest = {},
): PrunePlan {
  const kept = new Set(wanted.map((object) => identityOf(keyOf(object))));
  const stale = [...seenObjects(seen)].flatMap(([identity, object]) =>
    object.partOf === set && !kept.has(identity) && !object.deleting ? [{ identity, object }] : [],
  );
  const isServed = ({ apiVersion, kind }: Kind): boolean => served.has(`${apiVersion}/${kind}`);
  const may: SeenObject[] = [];
  const unconfirmed: string[] = [];
  const unserved: string[] = [];
  for (const { identity, object } of stale) {
    const groupKind = identity.slice(0, identity.lastIndexOf('/'));
    if (neverPruned.has(groupKind)) continue;
    if (!isServed(object)) unserved.push(nameOf(object));
    else if (onlyConfirmed.has(groupKind) && !confirmed.has(nameOf(object)))
      unconfirmed.push(nameOf(object));
    else may.push(object);
  }
  return {
    now: may.slice(0, most),
    later: Math.max(0, may.length - most),
    unconfirmed,
    unserved,
  };
}
