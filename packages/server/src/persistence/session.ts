import { randomInt } from 'node:crypto';
import { EventEmitter } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Expression, sql } from 'kysely';
import pg from 'pg';
import { channels } from './transaction.ts';

/** Advisory locks of this class say: the server with this number lives. Postgres frees them the moment it dies. */
export const serverLockClass = 7_350_003;

/** True where a server with this number lives, in SQL. */
export const isServerAlive = (number: Expression<number | null>) => sql<boolean>`exists (
  select 1 from pg_locks
  where locktype = 'advisory' and objsubid = 2 and classid::bigint = ${serverLockClass} and objid::bigint = ${number} and granted
    and database = (select oid from pg_database where datname = current_database()))`;

export interface SessionEvents {
  /** A new session stands: claims may be made under `number`; everything may have changed meanwhile. */
  up: [number: number];
  /** The session is lost: claims made under it are no longer ours. */
  down: [];
  work: [];
  events: [];
  /** The platform file has changed. */
  platform: [];
}

export interface SessionOptions {
  readonly url: string;
  readonly onError: (error: Error) => void;
}

const connectMs = 5_000;
const closeMs = 1_000;
const firstDelayMs = 50;
const longestDelayMs = 2_000;

/**
 * The one long-lived connection of a server. It holds the advisory lock that proves the server lives, so a
 * killed server's claims are free at once, without heartbeats; and it listens for work and events.
 */
export class ServerSession extends EventEmitter<SessionEvents> implements AsyncDisposable {
  #client: pg.Client | undefined;
  #number: number | undefined;
  #closed = false;
  #timer: NodeJS.Timeout | undefined;
  #delay = firstDelayMs;
  readonly #options: SessionOptions;

  constructor(options: SessionOptions) {
    super();
    this.#options = options;
  }

  /** This server's number while the session stands. */
  get number(): number | undefined {
    return this.#number;
  }

  /** Connects, and connects again whenever the connection is lost, until disposed. */
  async open(): Promise<void> {
    const client = new pg.Client({
      connectionString: this.#options.url,
      application_name: 'pltf session',
      connectionTimeoutMillis: connectMs,
      keepAlive: true,
      keepAliveInitialDelayMillis: 10_000,
      // A machine that vanishes without a word frees its claims within half a minute instead of two hours.
      options: '-c tcp_keepalives_idle=10 -c tcp_keepalives_interval=5 -c tcp_keepalives_count=3',
    });
    client.on('error', (error) => this.#lost(client, error));
    client.on('end', () => this.#lost(client, undefined));
    client.on('notification', ({ channel }) => {
      if (channel === channels.work) this.emit('work');
      if (channel === channels.events) this.emit('events');
      if (channel === channels.platform) this.emit('platform');
    });
    this.#client = client;
    let number: number;
    try {
      await client.connect();
      number = await takeNumber(client);
      await client.query(`listen ${channels.work}`);
      await client.query(`listen ${channels.events}`);
      await client.query(`listen ${channels.platform}`);
    } catch (error) {
      this.#lost(client, error instanceof Error ? error : new Error(String(error)));
      return;
    }
    if (this.#client !== client || this.#closed) return;
    this.#number = number;
    this.#delay = firstDelayMs;
    this.emit('up', number);
  }

  #lost(client: pg.Client, error: Error | undefined): void {
    if (this.#client !== client) return;
    this.#client = undefined;
    const stood = this.#number !== undefined;
    this.#number = undefined;
    client.removeAllListeners('end');
    void client.end().catch(() => undefined);
    if (stood) this.emit('down');
    if (this.#closed) return;
    if (error !== undefined) this.#options.onError(error);
    this.#timer = setTimeout(() => void this.open(), this.#delay);
    this.#delay = Math.min(this.#delay * 2, longestDelayMs);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#timer);
    const client = this.#client;
    this.#client = undefined;
    this.#number = undefined;
    if (client === undefined) return;
    // One that is still connecting to a database that does not answer ends with its own timeout.
    const patience = new AbortController();
    const late = sleep(closeMs, undefined, { signal: patience.signal }).catch(() => undefined);
    await Promise.race([client.end().catch(() => undefined), late]);
    patience.abort();
  }
}

/**
 * A number that no living server has, by chance out of 2^31: with numbers that come again soon, a server that was
 * taken for dead and still writes could pass for its successor.
 */
async function takeNumber(client: pg.Client): Promise<number> {
  for (;;) {
    const number = randomInt(1, 2 ** 31 - 1);
    const result = await client.query<{ taken: boolean }>(
      'select pg_try_advisory_lock($1, $2) as taken',
      [serverLockClass, number],
    );
    if (result.rows[0]?.taken === true) return number;
  }
}
