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

/** What the loop needs of its table. */
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
  again(claim: Claim, at: Date, failure?: string): Promise<void>;
  /**
   * When to look again for keys of these: when the next one becomes due, or in a moment while another server holds
   * some, because its death tells nobody.
   */
  nextDue(server: number, reconcilers: readonly string[]): Promise<Date | undefined>;
}

/** How soon the claims of a server that died are taken over. */
const lookAfterOthers = '2 seconds';

export const runningKey = (reconciler: string, key: string): string => `${reconciler} ${key}`;

export function postgresWorkStore(db: Db): WorkStore {
  return {
    claim: async (server, reconcilers, running, limit) => {
      const result = await sql<Claim>`
        update work set claimed_by = ${server}
        where (reconciler, key) in (
          select reconciler, key from work
          where due_at <= now()
            and reconciler = any(${reconcilers})
            and not (reconciler || ' ' || key = any(${running}))
            and (claimed_by is null or claimed_by = ${server} or not ${isServerAlive(sql.ref('claimed_by'))})
          order by due_at
          limit ${limit}
          for update skip locked)
        returning claimed_by as server, reconciler, key, generation, attempts
      `.execute(db);
      return result.rows;
    },
    settle: async (claim) => {
      await sql`
        with gone as (
          delete from work
          where reconciler = ${claim.reconciler} and key = ${claim.key} and generation = ${claim.generation}
            and claimed_by = ${claim.server}
          returning 1)
        update work set claimed_by = null, due_at = now(), attempts = 0, last_error = null
        where reconciler = ${claim.reconciler} and key = ${claim.key} and generation <> ${claim.generation}
          and claimed_by = ${claim.server}
      `.execute(db);
    },
    again: async (claim, at, failure) => {
      await sql`
        update work set
          claimed_by = null,
          due_at = case when generation = ${claim.generation} then ${at} else now() end,
          attempts = ${failure === undefined ? 0 : claim.attempts + 1},
          last_error = ${failure ?? null}
        where reconciler = ${claim.reconciler} and key = ${claim.key} and claimed_by = ${claim.server}
      `.execute(db);
    },
    nextDue: async (server, reconcilers) => {
      const result = await sql<{ due: Date | null }>`
        select min(case
          when claimed_by is null then due_at
          when claimed_by <> ${server} then greatest(due_at, now() + ${lookAfterOthers}::interval) end) as due
        from work where reconciler = any(${reconcilers})
      `.execute(db);
      return result.rows[0]?.due ?? undefined;
    },
  };
}
