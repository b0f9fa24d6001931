import { sql } from 'kysely';
import type { Db } from '../persistence/transaction.ts';

/**
 * Has everything looked at that may have changed while no server ran: repositories (pushes that were not told),
 * placements, and work that had begun. One statement, however many there are; in the order in which every change
 * wakes, so that two never wait for each other.
 */
export async function wakeEverything(db: Db): Promise<void> {
  await sql`
    insert into work (reconciler, key)
    select reconciler, key from (
    select 'repository' as reconciler, name as key from components where state <> 'deleting'
    union all select 'placement', id from placements
    union all select 'run', id from runs where state in ('queued', 'running')
    union all select 'task', id from tasks where state = 'running'
    union all select 'operation', id from operations where finished_at is null
    union all select 'exception', id from exceptions where state in ('pending', 'approved')
    union all select 'intake-request', id from intake_requests where state = 'open' and not overdue_told
    ) as everything
    order by reconciler collate "C", key collate "C"
    on conflict (reconciler, key) do update set generation = work.generation + 1, due_at = least(work.due_at, now())
  `.execute(db);
}
