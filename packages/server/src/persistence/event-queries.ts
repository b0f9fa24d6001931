import { EventType, type EventView } from '@pltf/contracts';
import type { Connection } from './transaction.ts';

/** Which events somebody wants, and may see. */
export interface EventFilter {
  readonly component?: string | undefined;
  readonly operation?: string | undefined;
  readonly run?: string | undefined;
  /** Also those about people and their credentials. */
  readonly people: boolean;
}

/** What is told about people; only those who administer or audit see it. */
export const peopleEvents: ReadonlySet<EventType> = new Set([
  'user-added',
  'user-changed',
  'team-changed',
  'token-created',
  'token-revoked',
  'signed-in',
]);

export interface EventQueries {
  /** Newest first, older than `before`. */
  newest(
    filter: EventFilter,
    limit: number,
    before: number | undefined,
  ): Promise<readonly EventView[]>;
  /** Oldest first, after `seq`. */
  after(filter: EventFilter, seq: number, limit: number): Promise<readonly EventView[]>;
  /** The number of the newest event; 0 when there is none. */
  last(): Promise<number>;
}

export function postgresEventQueries(db: Connection): EventQueries {
  return {
    newest: async (filter, limit, before) => {
      let query = select(db, filter).orderBy('seq', 'desc').limit(limit);
      if (before !== undefined) query = query.where('seq', '<', before);
      return (await query.execute()).map(toEvent);
    },
    after: async (filter, seq, limit) => {
      const rows = await select(db, filter)
        .where('seq', '>', seq)
        .orderBy('seq')
        .limit(limit)
        .execute();
      return rows.map(toEvent);
    },
    last: async () => {
      const row = await db
        .selectFrom('events')
        .select('seq')
        .orderBy('seq', 'desc')
        .limit(1)
        .executeTakeFirst();
      return row?.seq ?? 0;
    },
  };
}

function select(db: Connection, filter: EventFilter) {
  let query = db.selectFrom('events').selectAll();
  for (const field of ['component', 'operation', 'run'] as const) {
    const value = filter[field];
    if (value !== undefined) query = query.where(field, '=', value);
  }
  return filter.people ? query : query.where('type', 'not in', [...peopleEvents]);
}

type Row = Awaited<ReturnType<ReturnType<typeof select>['execute']>>[number];

function toEvent(row: Row): EventView {
  return {
    seq: row.seq,
    at: row.at.toISOString(),
    type: EventType.parse(row.type),
    actor: row.actor,
    ...(row.component === null ? {} : { component: row.component }),
    ...(row.placement === null ? {} : { placement: row.placement }),
    ...(row.environment === null ? {} : { environment: row.environment }),
    ...(row.run === null ? {} : { run: row.run }),
    ...(row.operation === null ? {} : { operation: row.operation }),
    summary: row.summary,
    ...(row.why === null ? {} : { why: row.why }),
    data: row.details,
  };
}

/** The same answer in memory as `select` gives in SQL. */
export function matchesEvent(filter: EventFilter, event: EventView): boolean {
  return (
    (filter.component === undefined || filter.component === event.component) &&
    (filter.operation === undefined || filter.operation === event.operation) &&
    (filter.run === undefined || filter.run === event.run) &&
    (filter.people || !peopleEvents.has(event.type))
  );
}
