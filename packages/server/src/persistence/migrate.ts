import { type Kysely, sql } from 'kysely';
import { theMainJob } from './migrations/0001-the-main-job.ts';
import { requestsAndMachines } from './migrations/0002-requests-and-machines.ts';
import { policy } from './migrations/0003-policy.ts';
import { platform } from './migrations/0004-platform.ts';
import { apply } from './migrations/0005-apply.ts';
import { rollouts } from './migrations/0006-rollouts.ts';
import { runtimes } from './migrations/0007-runtimes.ts';
import { fleet } from './migrations/0008-fleet.ts';
import { installation } from './migrations/0009-installation.ts';
import { heldRollouts } from './migrations/0010-held-rollouts.ts';
import { scheduledTasks } from './migrations/0011-scheduled-tasks.ts';
import { morePorts } from './migrations/0012-more-ports.ts';
import type { Database } from './schema.ts';

interface Migration {
  readonly name: string;
  readonly up: string;
}

/** In order; a migration that has landed is never edited. */
const migrations: readonly Migration[] = [
  { name: '0001-the-main-job', up: theMainJob },
  { name: '0002-requests-and-machines', up: requestsAndMachines },
  { name: '0003-policy', up: policy },
  { name: '0004-platform', up: platform },
  { name: '0005-apply', up: apply },
  { name: '0006-rollouts', up: rollouts },
  { name: '0007-runtimes', up: runtimes },
  { name: '0008-fleet', up: fleet },
  { name: '0009-installation', up: installation },
  { name: '0010-held-rollouts', up: heldRollouts },
  { name: '0011-scheduled-tasks', up: scheduledTasks },
  { name: '0012-more-ports', up: morePorts },
];

const migrationLock = 7_350_001;

/** Brings the database to this version. Several servers may start at once: one migrates, the others wait. */
export async function migrate(db: Kysely<Database>): Promise<readonly string[]> {
  return db.transaction().execute(async (tx) => {
    await sql`select pg_advisory_xact_lock(${migrationLock})`.execute(tx);
    await sql`create table if not exists migrations (name text primary key, at timestamptz not null default now())`.execute(
      tx,
    );
    const done = await sql<{ name: string }>`select name from migrations`.execute(tx);
    const known = new Set(done.rows.map((row) => row.name));
    const missing = migrations.filter((migration) => !known.has(migration.name));
    for (const migration of missing) {
      await sql.raw(migration.up).execute(tx);
      await sql`insert into migrations (name) values (${migration.name})`.execute(tx);
    }
    return missing.map((migration) => migration.name);
  });
}
