import { type GuardrailResult, Verdict } from '@pltf/contracts';
import { sql } from 'kysely';
import type { Connection } from '../../persistence/transaction.ts';
import type { Counted } from './audit-rules.ts';

export interface ResultFilter {
  readonly component?: string | undefined;
  readonly team?: string | undefined;
  readonly teams?: readonly string[] | undefined;
  readonly guardrail?: string | undefined;
  /** `placement guardrail` of the one before. */
  readonly after?: readonly [string, string] | undefined;
  readonly limit: number;
}

export interface DayCount extends Counted {
  readonly day: string;
  readonly looked: number | undefined;
}

export interface ResultsQueries {
  /** By placement, then guardrail. */
  list(filter: ResultFilter): Promise<readonly GuardrailResult[]>;
  /** Of the last days, oldest first, by guardrail. */
  days(from: string, guardrail?: string): Promise<ReadonlyMap<string, readonly DayCount[]>>;
  /** Ids of the exceptions that something needs that runs. */
  neededExceptions(ids: readonly string[]): Promise<ReadonlySet<string>>;
  /** Whether the audit has something to do yet. */
  isBehind(): Promise<boolean>;
}

export function postgresResultsQueries(db: Connection): ResultsQueries {
  return {
    list: (filter) => list(db, filter),
    days: (from, guardrail) => days(db, from, guardrail),
    neededExceptions: async (ids) => {
      if (ids.length === 0) return new Set();
      const rows = await db
        .selectFrom('guardrail_results')
        .select('exception')
        .distinct()
        .where('exception', 'in', [...ids])
        .execute();
      return new Set(rows.flatMap(({ exception }) => exception ?? []));
    },
    isBehind: async () => {
      const { rows } = await sql<{ behind: boolean }>`
        select exists (select 1 from work
          where reconciler in ('guardrail-audit', 'guardrail-audit-all') and (due_at <= now() or claimed_by is not null)) as behind
      `.execute(db);
      return rows[0]?.behind === true;
    },
  };
}

async function list(db: Connection, filter: ResultFilter): Promise<readonly GuardrailResult[]> {
  const { component, team, teams, guardrail, after, limit } = filter;
  let query = db
    .selectFrom('guardrail_results')
    .innerJoin('components', 'components.name', 'guardrail_results.component')
    .select([
      'guardrail_results.placement',
      'guardrail_results.component',
      'guardrail_results.environment',
      'guardrail_results.verdict',
      'guardrail_results.since',
      'components.owner',
    ])
    .orderBy('guardrail_results.placement')
    .orderBy('guardrail_results.guardrail')
    .limit(limit);
  if (component !== undefined) query = query.where('guardrail_results.component', '=', component);
  if (guardrail !== undefined) query = query.where('guardrail_results.guardrail', '=', guardrail);
  if (team !== undefined) query = query.where('components.owner', '=', team);
  if (teams !== undefined) query = query.where('components.owner', 'in', [...teams]);
  if (after !== undefined)
    query = query.where(
      sql<boolean>`(guardrail_results.placement, guardrail_results.guardrail) > (${after[0]}, ${after[1]})`,
    );
  return (await query.execute()).flatMap((row) => {
    const verdict = Verdict.safeParse(row.verdict);
    if (!verdict.success) return [];
    const { placement, component: of, environment, owner, since } = row;
    return [
      {
        ...{ placement, environment, component: of, team: owner },
        verdict: verdict.data,
        since: since.toISOString(),
      },
    ];
  });
}

async function days(
  db: Connection,
  from: string,
  guardrail: string | undefined,
): Promise<ReadonlyMap<string, readonly DayCount[]>> {
  let query = db.selectFrom('guardrail_days').selectAll().where('day', '>=', from).orderBy('day');
  if (guardrail !== undefined) query = query.where('guardrail', '=', guardrail);
  const found = new Map<string, DayCount[]>();
  for (const { guardrail: name, looked, ...counted } of await query.execute()) {
    const list = found.get(name) ?? [];
    list.push({ ...counted, looked: looked ?? undefined });
    found.set(name, list);
  }
  return found;
}
