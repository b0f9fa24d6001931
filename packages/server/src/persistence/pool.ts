import { Kysely, PostgresDialect } from 'kysely';
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
    application_name: 'pltf',
    types,
  });
  pool.on('error', options.onError);
  return new Kysely<Database>({ dialect: new PostgresDialect({ pool }) });
}
