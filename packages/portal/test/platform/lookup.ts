import type { ComponentDetail, PlacementView } from '@pltf/contracts';
import { PltfError } from '@pltf/contracts';
import type { World } from './world.ts';

export const missing = (what: string): PltfError =>
  new PltfError('not-found', { detail: `there is no ${what}` });

/** What was found, or the error that says it is not there. */
export function must<T>(found: T | undefined, what: string): T {
  if (found === undefined) throw missing(what);
  return found;
}

export const componentOf = (world: World, name: string): ComponentDetail =>
  must(world.components.get(name), name);

export const placementOf = (world: World, id: string): PlacementView =>
  must(
    [...world.components.values()]
      .flatMap(({ placements }) => placements)
      .find((one) => one.id === id),
    id,
  );

export const soon = (ms: number): string => new Date(Date.now() + ms).toISOString();

export function paged<T>(
  items: readonly T[],
  { cursor, limit }: { readonly cursor?: string | undefined; readonly limit: number },
): { items: T[]; next?: string } {
  const from = Number(cursor ?? 0);
  const next = from + limit;
  return { items: items.slice(from, next), ...(next < items.length ? { next: String(next) } : {}) };
}
