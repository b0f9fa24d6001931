import type { OccupiedRuntime } from '@pltf/plan';
import { sql } from 'kysely';
import type { Connection } from '../../../persistence/transaction.ts';

const mostExamples = 5;

/**
 * What is on which runtime, as it is booked: what runs there, what was left there by a move, what is being deleted. One
 * query, however many placements there are.
 */
export async function occupiedRuntimes(db: Connection): Promise<readonly OccupiedRuntime[]> {
  const { rows } = await sql<OccupiedRuntime>`
    select place.runtime, environment, place.state,
      count(*)::int as count,
      (count(*) filter (where cardinality(hosts) > 0))::int as addressed,
      (array_agg(id order by id collate "C"))[1:${sql.lit(mostExamples)}] as examples
    from placements cross join lateral (
      select runtime, case state when 'removing' then 'removing' else 'runs' end as state
      where runtime is not null
      union all
      select unnest(left_on), case state when 'removing' then 'removing' else 'left' end
    ) as place
    group by place.runtime, environment, place.state
    order by place.runtime, environment, place.state
  `.execute(db);
  return rows;
}
