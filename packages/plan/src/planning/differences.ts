import type { PlanItem } from '@pltf/contracts';
import { canonicalJson } from '../digest.ts';

export type Change = NonNullable<PlanItem['changes']>[number];

/** What differs between two JSON values, by path: objects member by member, everything else whole. */
export function differences(before: unknown, after: unknown, path = ''): readonly Change[] {
  if (isRecord(before) && isRecord(after)) {
    const keys = [...new Set([...Object.keys(before), ...Object.keys(after)])].toSorted();
    return keys.flatMap((key) =>
      differences(before[key], after[key], path === '' ? key : `${path}.${key}`),
    );
  }
  if (canonicalJson(before) === canonicalJson(after)) return [];
  return [
    {
      path,
      ...(before === undefined ? {} : { before: before as NonNullable<Change['before']> }),
      ...(after === undefined ? {} : { after: after as NonNullable<Change['after']> }),
    },
  ];
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
