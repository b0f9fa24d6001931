import type { EnvironmentRule, PlatformFile } from '@pltf/contracts';

export interface Size {
  readonly memoryMiB: number;
  readonly cpu: number;
}

/** The sizes that may be used in an environment, in the platform file's order. */
export function sizesIn(
  platform: PlatformFile,
  environment: EnvironmentRule | undefined,
): ReadonlyMap<string, Size> {
  const { sizes } = environment ?? {};
  return new Map(
    Object.entries(platform.sizes).filter(([name]) => sizes === undefined || sizes.includes(name)),
  );
}

/** The smallest size that has both, by memory and then by processor cores; undefined when none has. */
export function fittingSize(
  sizes: ReadonlyMap<string, Size>,
  wanted: Size,
): readonly [string, Size] | undefined {
  return [...sizes]
    .filter(([, { memoryMiB, cpu }]) => memoryMiB >= wanted.memoryMiB && cpu >= wanted.cpu)
    .toSorted(([, a], [, b]) => a.memoryMiB - b.memoryMiB || a.cpu - b.cpu)[0];
}

/** The size with the most memory. */
export const largestSize = (
  sizes: ReadonlyMap<string, Size>,
): readonly [string, Size] | undefined =>
  [...sizes].toSorted(([, a], [, b]) => b.memoryMiB - a.memoryMiB || b.cpu - a.cpu)[0];

/** `512Mi/0.5` or `1.5Gi/2`: memory and processor cores; undefined for the name of a size. */
export function rawSize(text: string): Size | undefined {
  const match = /^([0-9]{1,7}(?:\.[0-9]{1,3})?)(Mi|Gi)\/([0-9]{1,3}(?:\.[0-9]{1,3})?)$/.exec(text);
  const [, amount, unit, cpu] = match ?? [];
  if (amount === undefined || cpu === undefined) return undefined;
  const memoryMiB = Math.ceil(Number(amount) * (unit === 'Gi' ? 1024 : 1));
  return { memoryMiB, cpu: Number(cpu) };
}
