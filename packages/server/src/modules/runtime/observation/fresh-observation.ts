import type { ObservedPlacement } from '@pltf/contracts';
import type { Placement } from '../placement/placement.ts';
import { stillOn } from '../placement/placement-move.ts';
import type { Runtimes } from '../runtimes.ts';
import { isOfRuntime } from './runtime-trouble.ts';

/**
 * The placements with what their driver sees of them at this moment: traffic and memory change without a report. Of
 * one whose driver does not answer, the last report stays.
 */
export function fresh(
  runtimes: Pick<Runtimes, 'of'>,
  placements: readonly Placement[],
  signal: AbortSignal,
): Promise<readonly Placement[]> {
  return Promise.all(placements.map((placement) => freshOne(runtimes, placement, signal)));
}

async function freshOne(
  runtimes: Pick<Runtimes, 'of'>,
  placement: Placement,
  signal: AbortSignal,
): Promise<Placement> {
  if (placement.observed === undefined) return placement;
  const seen = await runtimes
    .of(placement)
    .then((driver) => driver.observe(placement.id, signal))
    .catch(() => undefined);
  if (seen === undefined || seen.revision < placement.observed.revision) return placement;
  return { ...placement, observed: withOld(placement, seen), observedAt: new Date(seen.at) };
}

/** What the books alone know stays: of the runtime that it leaves while it moves, and of one that was not told what is wanted. */
function withOld({ leftOn, observed }: Placement, seen: ObservedPlacement): ObservedPlacement {
  const moves = leftOn.length > 0;
  const serving = seen.serving ?? (moves ? observed?.serving : undefined);
  const kept = (observed?.notes ?? []).filter(
    (note) => isOfRuntime(note) || (moves && note.what.startsWith(stillOn)),
  );
  if (kept.length === 0 && serving === seen.serving) return seen;
  return {
    ...seen,
    ...(serving === undefined ? {} : { serving }),
    notes: [...(seen.notes ?? []), ...kept],
  };
}
