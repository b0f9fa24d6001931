import type { PlanItem } from '@pltf/contracts';
import { canonicalJson } from '../digest.ts';

export type Change = NonNullable<PlanItem['changes']>[number];

/** What differs between two JSON values, by path: objects member by member, everything else whole. */
export function differences(before: unknown, after: unknown, path = ''): readonly Change[] {
  const found: Change[] = [];
  collect(before, after, path, found);
  return found.length < 2 ? found : found.toSorted((a, b) => (a.path < b.path ? -1 : 1));
}

function collect(before: unknown, after: unknown, path: string, found: Change[]): void {
  if (before === after) return;
  if (isRecord(before) && isRecord(after)) {
    for (const key of Object.keys(after)) {
      collect(before[key], after[key], path === '' ? key : `${path}.${key}`, found);
    }
    for (const key of Object.keys(before)) {
      if (!(key in after))
        collect(before[key], undefined, path === '' ? key : `${path}.${key}`, found);
    }
    return;
  }
  if (
    Array.isArray(before) &&
    Array.isArray(after) &&
    canonicalJson(before) === canonicalJson(after)
  )
    return;
  found.push({
    path,
    ...(before === undefined ? {} : { before: before as NonNullable<Change['before']> }),
    ...(after === undefined ? {} : { after: after as NonNullable<Change['after']> }),
  });
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
