import { sql } from 'kysely';
import { runColumns, toRelease, toRun } from './delivery-rows.ts';
import type { DeliveryStore } from './delivery-store.ts';

const unfinished = ['queued', 'running'] as const;

export function postgresDeliveryStore(): DeliveryStore {
  return { ...runWrites, ...releaseWrites };
}

const runWrites: Omit<DeliveryStore, 'createRelease' | 'setCollected'> = {
  createRun: async (tx, run) => {
    const row = await tx.sql
      .insertInto('runs')
      .values({
        ...run,
        number: sql<number>`(select coalesce(max(number), 0) + 1 from runs where component = ${run.component})`,
        state: 'queued',
        machine: null as never,
        view: JSON.stringify({}),
      })
      .returning('number')
      .executeTakeFirstOrThrow();
    return row.number;
  },
  supersede: async (tx, component, branch, except) => {
    let query = tx.sql
      .updateTable('runs')
      .set({ cancel_requested: true })
      .where('component', '=', component)
      .where('branch', '=', branch)
      .where('state', 'in', unfinished);
    if (except !== undefined) query = query.where('id', '<>', except);
    return (await query.returning('id').execute()).map(({ id }) => id);
  },
  requestCancel: async (tx, run) => {
    await tx.sql
      .updateTable('runs')
      .set({ cancel_requested: true })
      .where('id', '=', run)
      .where('state', 'in', unfinished)
      .execute();
  },
  lockRun: async (tx, run) => {
    const row = await tx.sql
      .selectFrom('runs')
      .select(runColumns)
      .where('id', '=', run)
      .forUpdate()
      .executeTakeFirst();
    return row === undefined ? undefined : toRun(row);
  },
  setView: async (tx, run, summary) => {
    await tx.sql
      .updateTable('runs')
      .set({ view: JSON.stringify(summary) })
      .where('id', '=', run)
      .execute();
  },
  start: async (tx, run) => {
    const row = await tx.sql
      .updateTable('runs')
      .set({ state: 'running', started_at: new Date() })
      .where('id', '=', run)
      .where('state', '=', 'queued')
      .returning('id')
      .executeTakeFirst();
    return row !== undefined;
  },
  finish: async (tx, run, outcome) => {
    const row = await tx.sql
      .updateTable('runs')
      .set({
        state: outcome.state,
        view: JSON.stringify(outcome.summary),
        release: outcome.release ?? null,
        finished_at: new Date(),
      })
      .where('id', '=', run)
      .where('state', 'in', unfinished)
      .returning('id')
      .executeTakeFirst();
    return row !== undefined;
  },
};

const releaseWrites: Pick<DeliveryStore, 'createRelease' | 'setCollected'> = {
  createRelease: async (tx, release) => {
    // The component's row orders the numbers.
    await tx.sql
      .selectFrom('components')
      .select('name')
      .where('name', '=', release.component)
      .forUpdate()
      .execute();
    if (release.run !== undefined) {
      const made = await tx.sql
        .selectFrom('releases')
        .selectAll()
        .where('run', '=', release.run)
        .executeTakeFirst();
      if (made !== undefined) return { release: toRelease(made), isNew: false };
    }
    const row = await tx.sql
      .insertInto('releases')
      .values({
        ...release,
        number: sql<number>`(select coalesce(max(number), 0) + 1 from releases where component = ${release.component})`,
        spec: JSON.stringify(release.spec),
        run: release.run ?? null,
      })
      .returningAll()
      .executeTakeFirstOrThrow();
    return { release: toRelease(row), isNew: true };
  },
  setCollected: async (tx, component, number) => {
    await tx.sql
      .updateTable('releases')
      .set({ collected_at: new Date() })
      .where('component', '=', component)
      .where('number', '=', number)
      .execute();
  },
};
