import { spawn } from 'node:child_process';
import { mkdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Kysely, sql } from 'kysely';
import { startPostgres } from './embedded.ts';
import { migrate } from './migrate.ts';
import { openPool } from './pool.ts';
import type { Database } from './schema.ts';
import type { Db } from './transaction.ts';

/** A database of its own for one test file, migrated and empty. */
export interface TestDatabase extends AsyncDisposable {
  readonly url: string;
  readonly db: Db;
}

const template = 'pltf_template';
const templateLock = 7_350_900;

/** Tests lose nothing that matters in a crash; without waiting for the disk they are faster. */
const settings = {
  fsync: 'off',
  full_page_writes: 'off',
  synchronous_commit: 'off',
  max_connections: '200',
  autovacuum: 'off',
};

/**
 * Clones the migrated template on the one PostgreSQL of this test run (the process that started this one): 30 ms,
 * and 1 s for the first of a run. That PostgreSQL and its files go when the run ends, however it ends.
 */
export async function createTestDatabase(): Promise<TestDatabase> {
  const server = await postgresOfRun();
  const admin = openPool({ url: server, size: 1, onError: ignore });
  const name = `test_${process.pid}_${Date.now().toString(36)}_${Math.floor(Math.random() * 1e9).toString(36)}`;
  try {
    await ensureTemplate(admin, server);
    await sql`create database ${sql.id(name)} template ${sql.id(template)} strategy file_copy`.execute(
      admin,
    );
  } finally {
    await admin.destroy();
  }
  const url = inDatabase(server, name);
  const db = openPool({ url, size: 10, onError: ignore });
  return {
    url,
    db,
    [Symbol.asyncDispose]: async () => {
      await db.destroy();
      await dropDatabase(server, name);
    },
  };
}

const ignore = (): void => undefined;

/** The same server, another database. */
function inDatabase(url: string, name: string): string {
  return url.replace(/\/postgres(?=\?|$)/, `/${name}`);
}

async function dropDatabase(server: string, name: string): Promise<void> {
  const admin = openPool({ url: server, size: 1, onError: ignore });
  try {
    await sql`drop database if exists ${sql.id(name)} with (force)`.execute(admin);
  } finally {
    await admin.destroy();
  }
}

async function ensureTemplate(admin: Kysely<Database>, server: string): Promise<void> {
  if (await isThere(admin)) return;
  await admin.connection().execute(async (connection) => {
    await sql`select pg_advisory_lock(${templateLock})`.execute(connection);
    try {
      if (await isThere(connection)) return;
      const making = `${template}_new`;
      await sql`drop database if exists ${sql.id(making)}`.execute(connection);
      await sql`create database ${sql.id(making)}`.execute(connection);
      const fresh = openPool({ url: inDatabase(server, making), size: 1, onError: ignore });
      try {
        await migrate(fresh);
      } finally {
        await fresh.destroy();
      }
      await sql`alter database ${sql.id(making)} rename to ${sql.id(template)}`.execute(connection);
    } finally {
      await sql`select pg_advisory_unlock(${templateLock})`.execute(connection);
    }
  });
}

async function isThere(connection: Kysely<Database>): Promise<boolean> {
  const found = await sql`select 1 from pg_database where datname = ${template}`.execute(
    connection,
  );
  return found.rows.length > 0;
}

/** All test files of one run have the same parent: the process that forks the workers. */
async function postgresOfRun(): Promise<string> {
  const run = process.ppid;
  const folder = join(tmpdir(), `pltf-test-postgres-${run}`);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const postgres = await startPostgres({ dataDirectory: folder, log: ignore, settings });
  if (!postgres.adopted) watch(run, postgres.pid, folder);
  return postgres.url;
}

/**
 * Leaves a shell behind (1 MB) that waits for the end of the run, stops PostgreSQL and removes its files: no hook of
 * the test runner runs when it is killed.
 */
function watch(run: number, postgres: number, folder: string): void {
  const script = [
    // A process that nobody has waited for counts as ended: process 1 of a container may never wait.
    `alive() { kill -0 "$1" 2>/dev/null && ! grep -q ') Z ' "/proc/$1/stat" 2>/dev/null; }`,
    'while alive "$1"; do sleep 0.3; done',
    'kill -QUIT "$2" 2>/dev/null',
    'while alive "$2"; do sleep 0.1; done',
    'rm -rf "$3"',
  ].join('\n');
  const child = spawn('sh', ['-c', script, 'sh', String(run), String(postgres), folder], {
    detached: true,
    stdio: 'ignore',
  });
  child.unref();
}
