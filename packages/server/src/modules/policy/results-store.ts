import { Verdict } from '@pltf/contracts';
import { sql } from 'kysely';
import type { Connection, Tx } from '../../persistence/transaction.ts';
import type { Counted, KeptResult, ResultDifference } from './audit-rules.ts';
import type { PlacedRelease } from './placed-specs.ts';

export interface AuditRecord {
  readonly facts: string;
  readonly asOf: Date;
  readonly placements: number;
}

/** Writes what audits find. */
export interface ResultsStore {
  kept(on: Connection, placements: readonly string[]): Promise<readonly KeptResult[]>;
  /** Of these, those that are still placed as they were when they were evaluated; held until the transaction ends. */
  stillSo(tx: Tx, batch: readonly PlacedRelease[]): Promise<ReadonlySet<string>>;
  write(
    tx: Tx,
    difference: ResultDifference,
    places: ReadonlyMap<string, Pick<PlacedRelease, 'component' | 'environment'>>,
    now: Date,
  ): Promise<void>;
  /** Counts of a day, by guardrail; `looked` where everything was looked at. Writes what differs only. */
  writeDay(
    tx: Tx,
    day: string,
    counts: ReadonlyMap<string, Counted>,
    looked: Readonly<Record<string, number>> | undefined,
  ): Promise<void>;
  counts(on: Connection): Promise<ReadonlyMap<string, Counted>>;
  record(tx: Tx, audit: AuditRecord & { readonly tookMs: number }): Promise<void>;
  lastAudit(on: Connection): Promise<AuditRecord | undefined>;
  /** Drops what was refused so long ago that nobody asks for it any more. */
  forgetRefusals(tx: Tx, before: Date): Promise<void>;
}

export function postgresResultsStore(): ResultsStore {
  return { ...results, ...history };
}

const results: Pick<ResultsStore, 'kept' | 'stillSo' | 'write'> = {
  kept: async (on, placements) => {
    if (placements.length === 0) return [];
    const rows = await on
      .selectFrom('guardrail_results')
      .select(['placement', 'guardrail', 'verdict'])
      .where('placement', 'in', [...placements])
      .execute();
    // A verdict of another version of the platform that cannot be read is replaced.
    return rows.map(({ placement, guardrail, verdict }) => ({
      placement,
      guardrail,
      verdict: Verdict.safeParse(verdict).data ?? unreadable(placement, guardrail),
    }));
  },
  stillSo: async (tx, batch) => {
    if (batch.length === 0) return new Set();
    const rows = await tx.sql
      .selectFrom('placements')
      .select(['id', 'release', 'revision'])
      .where(
        'id',
        'in',
        batch.map(({ placement }) => placement),
      )
      .orderBy('id')
      .forKeyShare()
      .execute();
    const now = new Map(rows.map((row) => [row.id, row]));
    return new Set(
      batch
        .filter(({ placement, release, revision }) => {
          const row = now.get(placement);
          return row?.release === release && row.revision === revision;
        })
        .map(({ placement }) => placement),
    );
  },
  write: async (tx, { put, drop }, places, now) => {
    if (drop.length > 0) {
      const pairs = drop.map(({ placement, guardrail }) => sql`(${placement}, ${guardrail})`);
      await sql`delete from guardrail_results where (placement, guardrail) in (${sql.join(pairs)})`.execute(
        tx.sql,
      );
    }
    const rows = put.flatMap(({ result }) => {
      const place = places.get(result.placement);
      return place === undefined ? [] : [rowOf(result, place, now)];
    });
    if (rows.length === 0) return;
    await tx.sql
      .insertInto('guardrail_results')
      .values(rows)
      .onConflict((conflict) =>
        conflict.columns(['placement', 'guardrail']).doUpdateSet((row) => ({
          component: row.ref('excluded.component'),
          environment: row.ref('excluded.environment'),
          state: row.ref('excluded.state'),
          digest: row.ref('excluded.digest'),
          exception: row.ref('excluded.exception'),
          verdict: row.ref('excluded.verdict'),
        })),
      )
      .execute();
  },
};

const unreadable = (subject: string, guardrail: string): Verdict => ({
  ...{ subject, guardrail, title: guardrail, why: '', remedy: '' },
  severity: 'low',
  mode: 'audit',
  state: 'error',
});

function rowOf(
  { placement, guardrail, verdict }: KeptResult,
  { component, environment }: Pick<PlacedRelease, 'component' | 'environment'>,
  since: Date,
) {
  // Passes are not kept: what is here does not pass.
  const state = verdict.state === 'pass' ? ('error' as const) : verdict.state;
  return {
    ...{ placement, guardrail, component, environment, state, since },
    digest: verdict.digest ?? null,
    exception: verdict.exception?.id ?? null,
    verdict: JSON.stringify(verdict),
  };
}

const history: Pick<
  ResultsStore,
  'writeDay' | 'counts' | 'record' | 'lastAudit' | 'forgetRefusals'
> = {
  writeDay: async (tx, day, counts, looked) => {
    const rows = [...counts].map(([guardrail, count]) => ({
      ...{ guardrail, day },
      ...count,
      looked: looked === undefined ? null : (looked[guardrail] ?? 0),
    }));
    if (rows.length === 0) return;
    await sql`
      insert into guardrail_days (guardrail, day, looked, warn, deny, excepted, error)
      values ${sql.join(rows.map((row) => sql`(${row.guardrail}, ${row.day}, ${row.looked}::int, ${row.warn}::int, ${row.deny}::int, ${row.excepted}::int, ${row.error}::int)`))}
      on conflict (guardrail, day) do update set
        looked = coalesce(excluded.looked, guardrail_days.looked), warn = excluded.warn, deny = excluded.deny,
        excepted = excluded.excepted, error = excluded.error
      where (guardrail_days.looked, guardrail_days.warn, guardrail_days.deny, guardrail_days.excepted, guardrail_days.error)
        is distinct from
        (coalesce(excluded.looked, guardrail_days.looked), excluded.warn, excluded.deny, excluded.excepted, excluded.error)
    `.execute(tx.sql);
  },
  counts: async (on) => {
    const rows = await sql<{ guardrail: string } & Counted>`
      select guardrail, count(*) filter (where state = 'warn') as warn, count(*) filter (where state = 'deny') as deny,
        count(*) filter (where state = 'excepted') as excepted, count(*) filter (where state = 'error') as error
      from guardrail_results group by guardrail
    `.execute(on);
    return new Map(rows.rows.map(({ guardrail, ...count }) => [guardrail, count]));
  },
  record: async (tx, { facts, asOf, placements, tookMs }) => {
    const row = { facts, as_of: asOf, placements, took_ms: tookMs };
    await tx.sql
      .insertInto('guardrail_audits')
      .values({ id: 1, ...row })
      .onConflict((conflict) => conflict.column('id').doUpdateSet(row))
      .execute();
  },
  lastAudit: async (on) => {
    const row = await on
      .selectFrom('guardrail_audits')
      .select(['facts', 'as_of', 'placements'])
      .executeTakeFirst();
    return row === undefined
      ? undefined
      : { facts: row.facts, asOf: row.as_of, placements: row.placements };
  },
  forgetRefusals: async (tx, before) => {
    await tx.sql.deleteFrom('guardrail_refusals').where('at', '<', before).execute();
  },
};
