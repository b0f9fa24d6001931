import type { Placement } from './placement.ts';
import type { RuntimeDriver } from './runtime-driver.ts';

/**
 * The placements with what their driver sees of them at this moment: traffic and memory change without a report. Of
 * one whose driver does not answer, the last report stays.
 */
export function fresh(
  driver: Pick<RuntimeDriver, 'observe'>,
  placements: readonly Placement[],
  signal: AbortSignal,
): Promise<readonly Placement[]> {
  return Promise.all(placements.map((placement) => freshOne(driver, placement, signal)));
}

async function freshOne(
  driver: Pick<RuntimeDriver, 'observe'>,
  placement: Placement,
  signal: AbortSignal,
): Promise<Placement> {
  if (placement.observed === undefined) return placement;
  const seen = await driver.observe(placement.id, signal).catch(() => undefined);
  if (seen === undefined || seen.revision < placement.observed.revision) return placement;
  return { ...placement, observed: seen, observedAt: new Date(seen.at) };
}
