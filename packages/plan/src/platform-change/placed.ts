import type { PlacementObject, PlatformFile, Spec } from '@pltf/contracts';
import type { Amount } from '../cost/amount.ts';
import { placementObjects } from '../planning/placement-objects.ts';

/** A placement that is there, with the spec of the release that is wanted in it. */
export interface RunningPlacement {
  readonly id: string;
  readonly environment: string;
  readonly branch: string | undefined;
  readonly spec: Spec;
}

/** How a placement looks under one platform file. */
export interface PlacedView {
  readonly object: PlacementObject;
  readonly monthly: Amount;
}

/** The spec as the platform file would resolve it now: what a size means is the platform's to say. */
function respec(spec: Spec, { sizes }: PlatformFile): Spec {
  const run = Object.fromEntries(
    Object.entries(spec.run).map(([environment, section]) => {
      const size = Object.hasOwn(sizes, section.size) ? sizes[section.size] : undefined;
      return [
        environment,
        size === undefined ? section : { ...section, memoryMiB: size.memoryMiB, cpu: size.cpu },
      ];
    }),
  );
  return { ...spec, run };
}

/** The placement under a platform file; undefined where that file has no place for it. */
export function placedUnder(
  { spec, environment, branch }: RunningPlacement,
  platform: PlatformFile,
): PlacedView | undefined {
  const only = platform.environments.filter(({ name }) => name === environment);
  if (only.length === 0) return undefined;
  const [placed] = placementObjects(respec(spec, platform), platform, undefined, branch).filter(
    (one) => one.environment.name === environment,
  );
  return placed === undefined ? undefined : { object: placed.object, monthly: placed.cost.monthly };
}
