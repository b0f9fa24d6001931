import { type ObservedPlacement, type PlacementNote, PltfError } from '@pltf/contracts';
import { type Db, transact } from '../../../persistence/transaction.ts';
import type { Placement } from '../placement/placement.ts';
import type { RuntimeStore } from '../runtime-store.ts';

/** What a note is about that tells why the runtime of a placement cannot be reached or told what is wanted. */
const aboutRuntime = 'runtime';

export const isOfRuntime = ({ what }: PlacementNote): boolean => what === aboutRuntime;

/** Two servers met, or a process of ours starts anew: the next look is soon, and nothing is wrong. */
const passing: ReadonlySet<string> = new Set(['agent-unavailable', 'conflict', 'unavailable']);

const noteOf = ({ detail, fix }: PltfError): PlacementNote => ({
  what: aboutRuntime,
  because: `${detail}. ${fix}`.slice(0, 2000),
});

/** Since when nothing is known of where a placement runs, and why, for those who look at it. */
export function lossNote(since: Date, error: PltfError | undefined): PlacementNote {
  const why = error === undefined ? 'it does not answer' : `${error.detail}. ${error.fix}`;
  return {
    what: aboutRuntime,
    because: `nothing is known of it since ${since.toISOString()}; what runs there goes on: ${why}`,
  };
}

/**
 * Has a placement say why its runtime was not told what is wanted: until a look succeeds, its notes tell it. Written
 * once for the same trouble, however often it is tried.
 */
export async function tellRuntimeTrouble(
  { db, store }: { readonly db: Db; readonly store: Pick<RuntimeStore, 'lock' | 'setObserved'> },
  { id, observed: known }: Placement,
  error: unknown,
): Promise<void> {
  if (!(error instanceof PltfError) || passing.has(error.code)) return;
  const note = noteOf(error);
  if (saysSo(known, note)) return;
  await transact(db, async (tx) => {
    const placement = await store.lock(tx, id);
    if (placement === undefined || saysSo(placement.observed, note)) return;
    const before = placement.observed ?? nothingSeen(placement);
    const notes = [...(before.notes ?? []).filter((one) => !isOfRuntime(one)), note];
    const at = placement.observedAt ?? new Date(before.at);
    await store.setObserved(tx, id, { ...before, notes }, at);
  });
}

const saysSo = (observed: ObservedPlacement | undefined, note: PlacementNote): boolean =>
  observed?.notes?.some(({ what, because }) => what === note.what && because === note.because) ===
  true;

/** Nobody has ever seen it. */
const nothingSeen = ({ id, createdAt }: Placement): ObservedPlacement => ({
  ...{ id, revision: 0, phase: 'rolling', warm: [], instances: [], leftovers: [] },
  traffic: {
    ...{ requests: 0, errors: 0, failures: 0 },
    ...{ slowestMs: 0, p50Ms: 0, p95Ms: 0, p99Ms: 0 },
  },
  at: createdAt.toISOString(),
});
