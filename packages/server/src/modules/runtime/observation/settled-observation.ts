import type { ObservedPlacement } from '@pltf/contracts';
import { sql } from 'kysely';
import type { Db } from '../../../persistence/transaction.ts';

/**
 * Whether the books say all that a report says, but for its time, and nobody waits for it: then there is nothing to
 * write. One query, which locks nothing.
 */
export async function isInBooks(db: Db, observed: ObservedPlacement): Promise<boolean> {
  // That something was put back is told each time.
  if ((observed.restored?.length ?? 0) > 0) return false;
  const row = await db
    .selectFrom('placements')
    .select('id')
    .where('id', '=', observed.id)
    .where('left_on', '=', sql<string[]>`'{}'::text[]`)
    .where(sql<boolean>`observed - 'at' = ${JSON.stringify(observed)}::jsonb - 'at'`)
    .where(({ not, exists, selectFrom }) =>
      not(
        exists(
          selectFrom('rollouts')
            .select('id')
            .where('placement', '=', observed.id)
            .where('state', '=', 'running'),
        ),
      ),
    )
    .executeTakeFirst();
  return row !== undefined;
}
