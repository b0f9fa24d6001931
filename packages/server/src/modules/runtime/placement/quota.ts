import { type PlatformFile, PltfError } from '@pltf/contracts';
import type { PlacementSize } from './placement-size.ts';

/** What a component has in an environment: running instances of all its placements there, and their memory. */
export interface Held {
  readonly instances: number;
  readonly memoryMiB: number;
}

export const nothingHeld: Held = { instances: 0, memoryMiB: 0 };

export const held = (instances: number, sized: PlacementSize | undefined): Held => ({
  instances,
  memoryMiB: instances * (sized?.memoryMiB ?? 0),
});

export interface QuotaQuestion {
  readonly component: string;
  readonly environment: string;
  /** Of all its placements there, before and after the change. */
  readonly before: Held;
  readonly after: Held;
}

/**
 * Throws `quota-exceeded` for a change that takes a component over what its environment allows. What is over it
 * already, because the quota was lowered, may stay and shrink.
 */
export function refuseOverQuota(platform: PlatformFile, question: QuotaQuestion): void {
  const { component, environment, before, after } = question;
  const quota = platform.environments.find(({ name }) => name === environment)?.quota;
  const over = (most: number | undefined, was: number, is: number): boolean =>
    most !== undefined && is > most && is > was;
  const { instances, memoryMiB } = quota ?? {};
  const tooMany = over(instances, before.instances, after.instances);
  if (!tooMany && !over(memoryMiB, before.memoryMiB, after.memoryMiB)) return;
  const [most, wanted] = tooMany
    ? [instances === 1 ? 'one instance' : `${instances} instances`, `${after.instances}`]
    : [`${memoryMiB} MiB of memory`, `${after.memoryMiB} MiB`];
  throw new PltfError('quota-exceeded', {
    detail: `${component} may have ${most} in ${environment}, and this would be ${wanted}`,
    fix: `Take ${tooMany ? 'fewer instances' : 'a smaller size or fewer instances'} there, or ask the platform team for a larger \`quota\` of ${environment}.`,
  });
}
