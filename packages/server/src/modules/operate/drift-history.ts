import { DriftedField } from '@pltf/contracts';
import { sql } from 'kysely';
import { z } from 'zod';
import type { Connection } from '../../persistence/transaction.ts';

export interface DriftedPlacement {
  readonly placement: string;
  readonly asOf: Date;
  readonly drift: readonly DriftedField[];
}

export interface DriftHistory {
  /** Placements with drift, as their runtimes reported last; the newest reports first. */
  now(): Promise<readonly DriftedPlacement[]>;
  /** How often each field was found drifted, by `<object> <field>`. */
  since(placement: string, since: Date): Promise<ReadonlyMap<string, number>>;
}

const Reported = z.object({ drift: z.array(DriftedField).default([]) });

/** Looking back through so many findings of one placement is enough to know that something comes again. */
const mostFindings = 500;

const mostPlacements = 200;

/** Counted from the events: each tells a field when it is found, and not again while it stays so. */
export const postgresDriftHistory = (db: Connection): DriftHistory => ({
  now: async () => {
    const rows = await db
      .selectFrom('placements')
      .select(['id', 'observed', 'observed_at'])
      .where(sql<boolean>`jsonb_array_length(coalesce(observed -> 'drift', '[]'::jsonb)) > 0`)
      .orderBy('observed_at', 'desc')
      .limit(mostPlacements)
      .execute();
    return rows.map(({ id, observed, observed_at }) => ({
      placement: id,
      asOf: observed_at ?? new Date(0),
      drift: Reported.parse(observed ?? {}).drift,
    }));
  },
  since: async (placement, since) => {
    const rows = await db
      .selectFrom('events')
      .select('details')
      .where('placement', '=', placement)
      .where('type', '=', 'drift-found')
      .where('at', '>=', since)
      .orderBy('seq', 'desc')
      .limit(mostFindings)
      .execute();
    const times = new Map<string, number>();
    for (const key of rows.flatMap(({ details }) => keysIn(details['drift'])))
      times.set(key, (times.get(key) ?? 0) + 1);
    return times;
  },
});

function keysIn(drift: unknown): readonly string[] {
  if (!Array.isArray(drift)) return [];
  return drift.map(
    ({ object, field }: { object?: unknown; field?: unknown }) => `${object} ${field}`,
  );
}
