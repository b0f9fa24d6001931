import { PltfError } from '@pltf/contracts';
import { Kysely, PostgresDialect, type PostgresPool } from 'kysely';
import pg from 'pg';
import type { Database } from './schema.ts';
import type { Db } from './transaction.ts';

// bigint as a number: sequence numbers and byte counts stay far below 2^53.
const int8 = 20;

export interface PoolOptions {
  readonly url: string;
  readonly size: number;
  /** Told of a lost idle connection; the pool replaces it by itself. */
  readonly onError: (error: Error) => void;
}

/** Connections to PostgreSQL, opened when first used, closed with `destroy()`. */
export function openPool(options: PoolOptions): Db {
  const types = new pg.TypeOverrides();
  types.setTypeParser(int8, (text: string) => Number(text));
  const pool = new pg.Pool({
    connectionString: options.url,
    max: options.size,
    idleTimeoutMillis: 30_000,
    connectionTimeoutMillis: 5_000,
    statement_timeout: 30_000,
    // Longer than the statement's own: only a database that does not answer at all comes to it.
    query_timeout: 40_000,
    idle_in_transaction_session_timeout: 60_000,
    keepAlive: true,
    application_name: 'pltf',
    types,
  });
  pool.on('error', options.onError);
  // The pool listens only to those that nobody uses. One lost between two statements of a transaction would end the
  // process otherwise; its next statement fails all the same.
  pool.on('connect', (client) => client.on('error', ignore));
  return new Kysely<Database>({ dialect: new PostgresDialect({ pool: clearly(pool) }) });
}

const ignore = (): void => undefined;

/**
 * The pool with one kind of failure for all the ways in which a connection fails: pg tells most of them apart by
 * message only. What the database itself answers stays a `pg.DatabaseError`.
 */
function clearly(pool: pg.Pool): PostgresPool {
  const clear = new WeakSet<object>();
  return {
    connect: async () => {
      const client: pg.PoolClient = await pool.connect().catch((cause: unknown) => {
        throw unavailable('no connection to the database', cause);
      });
      if (!clear.has(client)) {
        clear.add(client);
        const query = client.query.bind(client) as (...parts: unknown[]) => unknown;
        const asked = (...parts: unknown[]): unknown => {
          const answer = query(...parts);
          return answer instanceof Promise ? answer.catch(translate) : answer;
        };
        Object.assign(client, { query: asked });
      }
      return client;
    },
    end: () => pool.end(),
  };
}

function translate(error: unknown): never {
  if (error instanceof pg.DatabaseError) throw error;
  // A value that cannot be sent is a defect of ours, not of the connection.
  if (error instanceof TypeError || error instanceof RangeError) throw error;
  throw unavailable('the connection to the database was lost', error);
}

const unavailable = (detail: string, cause: unknown): PltfError =>
  new PltfError('database-unavailable', { detail, cause });
