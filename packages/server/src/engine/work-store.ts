import { sql } from 'kysely';
import { isServerAlive } from '../persistence/session.ts';
import type { Db } from '../persistence/transaction.ts';

/** The right of one server to work on one key, until it settles it or dies. */
export interface Claim {
  readonly server: number;
  readonly reconciler: string;
  readonly key: string;
  readonly generation: number;
  readonly attempts: number;
}

/** What the loop needs of its table. Times are the database's own: the clocks of servers may differ. */
export interface WorkStore {
  /** Takes up to `limit` due keys that no living server holds, leaving out those `running` here. */
  claim(
    server: number,
    reconcilers: readonly string[],
    running: readonly string[],
    limit: number,
  ): Promise<readonly Claim[]>;
  /**
   * The key is settled; if it was woken meanwhile it stays and is due at once. Does nothing when the claim is another
   * server's by now, because this one was taken for dead.
   */
  settle(claim: Claim): Promise<void>;
  /** Look again at `at`, or at once if it was woken meanwhile. Does nothing when the claim is another's by now. */
  again(claim: Claim, at: Date): Promise<void>;
  /**
   * The pass failed: the next one is due in `inMs`, or soon if it was woken meanwhile, but never at once, so that a
   * key that wakes itself and fails does not take a whole processor.
   */
  retry(claim: Claim, inMs: number, failure: string): Promise<void>;
  /** Nothing was done, or not to its end: the key is free for whoever comes next. */
  release(claim: Claim): Promise<void>;
  /**
   * Milliseconds until there may be something to claim of these: until the next one becomes due, or a moment while
   * another server holds some, because its death tells nobody. Undefined when nothing waits.
   */
  dueIn(
    server: number,
    reconcilers: readonly string[],
    running: readonly string[],
  ): Promise<number | undefined>;
}

/** How soon the claims of a server that died are taken over. */
const lookAfterOthers = '2 seconds';
const soonestRetry = '200 milliseconds';

export const runningKey = (reconciler: string, key: string): string => `${reconciler} ${key}`;

export function postgresWorkStore(db: Db): WorkStore {
  return { ...claims(db), ...endings(db) };
}

function claims(db: Db): Pick<WorkStore, 'claim' | 'dueIn'> {
  return {
    claim: async (server, reconcilers, running, limit) => {
      // Materialized: a planner that runs the selection again for each row would take more than the limit.
      const result = await sql<Claim>`
        with due as materialized (
          select reconciler, key from work
          where due_at <= now()
            and reconciler = any(${reconcilers})
            and not (reconciler || ' ' || key = any(${running}))
            and (claimed_by is null or claimed_by = ${server} or not ${isServerAlive(sql.ref('claimed_by'))})
          order by due_at
          limit ${limit}
          for update skip locked)
        update work set claimed_by = ${server} from due
        where work.reconciler = due.reconciler and work.key = due.key
        returning work.claimed_by as server, work.reconciler, work.key, work.generation, work.attempts
      `.execute(db);
      return result.rows;
    },
    dueIn: async (server, reconcilers, running) => {
      const result = await sql<{ due: number | null }>`
        select ceil(extract(epoch from min(case
          when claimed_by is null or claimed_by = ${server} then due_at
          else greatest(due_at, now() + ${lookAfterOthers}::interval) end) - clock_timestamp()) * 1000)::float8 as due
        from work
        where reconciler = any(${reconcilers}) and not (reconciler || ' ' || key = any(${running}))
      `.execute(db);
      return result.rows[0]?.due ?? undefined;
    },
  };
}

const isHeld = (claim: Claim) =>
  sql`reconciler = ${claim.reconciler} and key = ${claim.key} and claimed_by = ${claim.server}`;

function endings(db: Db): Pick<WorkStore, 'settle' | 'again' | 'retry' | 'release'> {
  return {
    settle: async (claim) => {
      await sql`
        with gone as (
          delete from work where ${isHeld(claim)} and generation = ${claim.generation} returning 1)
        update work set claimed_by = null, due_at = now(), attempts = 0, last_error = null
        where ${isHeld(claim)} and generation <> ${claim.generation}
      `.execute(db);
    },
    again: async (claim, at) => {
      await sql`
        update work set
          claimed_by = null,
          due_at = case when generation = ${claim.generation} then ${at} else now() end,
          attempts = 0,
          last_error = null
        where ${isHeld(claim)}
      `.execute(db);
    },
    retry: async (claim, inMs, failure) => {
      const later = sql`now() + ${inMs} * interval '1 millisecond'`;
      await sql`
        update work set
          claimed_by = null,
          due_at = case when generation = ${claim.generation} then ${later}
            else least(${later}, now() + ${soonestRetry}::interval) end,
          attempts = ${claim.attempts + 1},
          last_error = ${failure}
        where ${isHeld(claim)}
      `.execute(db);
    },
    release: async (claim) => {
      await sql`update work set claimed_by = null where ${isHeld(claim)}`.execute(db);
    },
  };
}
