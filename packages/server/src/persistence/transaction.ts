import { AsyncLocalStorage } from 'node:async_hooks';
import { type Kysely, sql, type Transaction } from 'kysely';
import type { NewEvent } from '../kernel/events.ts';
import type { Database } from './schema.ts';

export type Db = Kysely<Database>;
/** A connection that reads and writes: the pool, or one transaction. */
export type Connection = Kysely<Database> | Transaction<Database>;

/**
 * One unit of change. What it tells and wakes is written with its rows, or not at all.
 */
export interface Tx {
  readonly sql: Transaction<Database>;
  /** Appends an event when the transaction commits. */
  tell(event: NewEvent): void;
  /** Has a reconciler look at a key, at once or at a time. */
  wake(reconciler: string, key: string, at?: Date): void;
}

/** Notifications that servers listen to. */
export const channels = {
  events: 'pltf_events',
  work: 'pltf_work',
  platform: 'pltf_platform',
} as const;

/** Serialises appending, so that a follower never sees number 8 before a later commit of number 7. */
const eventLock = 7_350_002;

interface Wake {
  readonly reconciler: string;
  readonly key: string;
  readonly at: Date | undefined;
}

/** Written with every change that a request makes, in the same transaction. */
type Mark = (trx: Transaction<Database>) => Promise<void>;
const markOfRequest = new AsyncLocalStorage<Mark>();

/**
 * Runs `work` so that each `transact` inside it also writes `mark`, in its own transaction and last: whoever handles
 * a request need not carry its record through every call, and a mark that throws undoes the change.
 */
export const markingChanges = <T>(mark: Mark, work: () => Promise<T>): Promise<T> =>
  markOfRequest.run(mark, work);

/** Runs `change` in one transaction; events and wake-ups go in last, and others hear of them at the commit. */
export async function transact<T>(db: Db, change: (tx: Tx) => Promise<T>): Promise<T> {
  return db.transaction().execute(async (trx) => {
    const events: NewEvent[] = [];
    const wakes: Wake[] = [];
    const result = await change({
      sql: trx,
      tell: (event) => void events.push(event),
      wake: (reconciler, key, at) => void wakes.push({ reconciler, key, at }),
    });
    if (wakes.length > 0) await writeWakes(trx, wakes);
    await markOfRequest.getStore()?.(trx);
    // Last, because it takes the one lock that all writers of events wait for.
    if (events.length > 0) await writeEvents(trx, events);
    return result;
  });
}

async function writeWakes(trx: Transaction<Database>, wakes: readonly Wake[]): Promise<void> {
  const unique = new Map<string, Wake>();
  for (const wake of wakes) {
    const id = `${wake.reconciler}\n${wake.key}`;
    const other = unique.get(id);
    const earlier =
      other === undefined ||
      wake.at === undefined ||
      (other.at !== undefined && wake.at < other.at);
    if (earlier) unique.set(id, wake);
  }
  // One order for all, or two changes that wake the same keys could wait for each other.
  const rows = [...unique].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, wake]) => wake);
  await sql`
    with woken as (
    insert into work (reconciler, key, due_at)
    values ${sql.join(rows.map((row) => sql`(${row.reconciler}, ${row.key}, ${row.at ?? sql`now()`})`))}
    on conflict (reconciler, key) do update set
      generation = work.generation + 1, attempts = 0, due_at = least(work.due_at, excluded.due_at))
    select pg_notify(${channels.work}, '')
  `.execute(trx);
}

async function writeEvents(trx: Transaction<Database>, events: readonly NewEvent[]): Promise<void> {
  await sql`select pg_advisory_xact_lock(${eventLock})`.execute(trx);
  const rows = events.map((event) => ({
    type: event.type,
    actor: event.actor,
    component: event.component ?? null,
    placement: event.placement ?? null,
    environment: event.environment ?? null,
    run: event.run ?? null,
    operation: event.operation ?? null,
    summary: event.summary,
    why: event.why ?? null,
    details: JSON.stringify(event.data ?? {}),
  }));
  await trx
    .with('told', (query) => query.insertInto('events').values(rows))
    .selectNoFrom(sql`pg_notify(${channels.events}, '')`.as('notified'))
    .execute();
}
