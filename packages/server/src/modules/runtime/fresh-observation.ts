import type { ObservedPlacement } from '@pltf/contracts';
import type { Placement } from './placement.ts';
import { stillOn } from './placement-move.ts';
import type { Runtimes } from './runtimes.ts';

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

/** While it moves, what is known of the runtime that it leaves stays. */
function withOld({ leftOn, observed }: Placement, seen: ObservedPlacement): ObservedPlacement {
  if (leftOn.length === 0 || observed === undefined) return seen;
  const serving = seen.serving ?? observed.serving;
  const left = observed.notes?.filter(({ what }) => what.startsWith(stillOn)) ?? [];
  return {
    ...seen,
    ...(serving === undefined ? {} : { serving }),
    notes: [...(seen.notes ?? []), ...left],
  };
}
