import type { Served } from '../../../cluster/cluster-api.ts';
import { deleteMember } from './delete-member.ts';
import { inventoryIsCurrent, inventoryObject, writeInventory } from './inventory.ts';
import { nameOf, type PlacementSet } from './placement-set.ts';
import { type PruneRequest, prunePlan } from './prune-rules.ts';
import type { SealedObject } from './seal.ts';

export interface PruneOutcome {
  /** Deleted, or on their way out. */
  readonly pruned: readonly string[];
  /** Waits for the next pass: more than one pass may delete. */
  readonly later: number;
  /** Kept until somebody confirms that it may go. */
  readonly unconfirmed: readonly string[];
  /** Why nothing was pruned although something is not wanted any more. */
  readonly held: string | undefined;
}

const nothing: PruneOutcome = { pruned: [], later: 0, unconfirmed: [], held: undefined };

/**
 * Deletes members of the set that are not rendered any more: each after its membership was verified, a few in a pass.
 * `renderedFor` is what the cluster served when the objects were rendered: where that is not what it serves now, an
 * object may be left out because an API failed, and nothing is deleted. No request while there is nothing to prune.
 */
export async function prune(
  set: PlacementSet,
  wanted: readonly SealedObject[],
  renderedFor: Pick<Served, 'kinds'>,
  request: PruneRequest & { readonly signal?: AbortSignal | undefined } = {},
): Promise<PruneOutcome> {
  const { signal } = request;
  if (wanted.length === 0) return nothing;
  const stale = (kinds: ReadonlySet<string>) =>
    prunePlan(set.cache.of(set.namespace), set.seal.set, wanted, kinds, request);
  const atFirst = stale(renderedFor.kinds);
  if (atFirst.now.length + atFirst.unserved.length + atFirst.unconfirmed.length === 0)
    return nothing;
  const served = await set.cluster.served({ fresh: true, signal });
  if (!sameKinds(served.kinds, renderedFor.kinds))
    return { ...nothing, held: 'the cluster serves other APIs than a moment ago' };
  const plan = stale(served.kinds);
  const pruned: string[] = [];
  for (const object of plan.now)
    if ((await deleteMember(set, object, signal)) !== 'left') pruned.push(nameOf(object));
  await shrinkInventory(set, wanted, signal);
  const { later, unconfirmed, unserved } = plan;
  const held =
    unserved.length === 0
      ? undefined
      : `the cluster does not serve the API of ${unserved.join(', ')} at the moment`;
  return { pruned, later, unconfirmed, held };
}

const sameKinds = (a: ReadonlySet<string>, b: ReadonlySet<string>): boolean =>
  a.size === b.size && [...a].every((kind) => b.has(kind));

/** By what the cache has by now: what is going still keeps its kind in the inventory, until a later pass. */
async function shrinkInventory(
  set: PlacementSet,
  wanted: readonly SealedObject[],
  signal: AbortSignal | undefined,
): Promise<void> {
  const inventory = inventoryObject(set, wanted);
  if (!inventoryIsCurrent(set, inventory)) await writeInventory(set, inventory, signal);
}
