import type { PlatformFile } from '@pltf/contracts';
import { z } from 'zod';

/** What a size meant when the placement was rolled out last. */
export const PlacementSize = z.object({
  size: z.string(),
  memoryMiB: z.number(),
  cpu: z.number(),
});
export type PlacementSize = z.infer<typeof PlacementSize>;

/**
 * What the size means in the platform file as it is now: a change of a size takes effect at the next rollout, also of
 * an older release. A size in numbers, or one that is gone, stays what it was.
 */
export function sizeNow({ sizes }: PlatformFile, asked: PlacementSize): PlacementSize {
  const { size } = asked;
  const found = Object.hasOwn(sizes, size) ? sizes[size] : undefined;
  return found === undefined ? asked : { size, memoryMiB: found.memoryMiB, cpu: found.cpu };
}
