import { PltfError } from '@pltf/contracts';
import { type Selectable, sql } from 'kysely';
import { z } from 'zod';
import type { FleetChangeTable } from '../../persistence/fleet-tables.ts';
import type { Connection } from '../../persistence/transaction.ts';
import { Earlier, type FleetChange, StoredWaves } from './fleet-change.ts';
import type { FleetQueries, FleetStore } from './fleet-store.ts';

const open = ['running', 'halted', 'aborting'] as const;

export function postgresFleetStore(): FleetStore {
  return {
    lockOpen: async ({ sql }) => {
      const row = await sql
        .selectFrom('fleet_changes')
        .selectAll()
        .where('state', 'in', open)
        .forUpdate()
        .executeTakeFirst();
      return row === undefined ? undefined : toChange(row);
    },
    add: async ({ sql }, change) => {
      const { id, startedAt, toVersion } = change;
      await sql
        .insertInto('fleet_changes')
        .values({ id, to_version: toVersion, started_at: startedAt, ...columns(change) })
        .execute();
    },
    save: async ({ sql }, change) => {
      await sql
        .updateTable('fleet_changes')
        .set(columns(change))
        .where('id', '=', change.id)
        .execute();
    },
    hold: async ({ sql }, { placement, by, why, since }) => {
      await sql
        .insertInto('placement_holds')
        .values({ placement, held_by: by, why, since })
        .onConflict((conflict) => conflict.column('placement').doUpdateSet({ held_by: by, why }))
        .execute();
    },
    release: async ({ sql }, placement) => {
      const { numDeletedRows } = await sql
        .deleteFrom('placement_holds')
        .where('placement', '=', placement)
        .executeTakeFirst();
      return numDeletedRows > 0n;
    },
  };
}

export function postgresFleetQueries(db: Connection): FleetQueries {
  // A version that changes nothing has no waves: it is written down, and is no change.
  const changes = () =>
    db.selectFrom('fleet_changes').selectAll().where(sql<boolean>`waves <> '[]'::jsonb`);
  return {
    hasOpen: async (tx) => {
      const row = await (tx?.sql ?? db)
        .selectFrom('fleet_changes')
        .select('id')
        .where('state', 'in', open)
        .executeTakeFirst();
      return row !== undefined;
    },
    newest: async () => {
      const row = await changes().orderBy('to_version', 'desc').limit(1).executeTakeFirst();
      return row === undefined ? undefined : toChange(row);
    },
    lookedAt: async () => {
      const row = await db
        .selectFrom('fleet_changes')
        .select(({ fn }) => fn.max('to_version').as('version'))
        .executeTakeFirst();
      return row?.version ?? undefined;
    },
    change: async (id) => {
      const row = await changes().where('id', '=', id).executeTakeFirst();
      if (row !== undefined) return toChange(row);
      throw new PltfError('not-found', {
        detail: `there is no change ${id}`,
        fix: '`pltf fleet status` shows those that there are.',
      });
    },
    changes: async (limit, before) => {
      let query = changes().orderBy('to_version', 'desc').limit(limit);
      if (before !== undefined) query = query.where('to_version', '<', before);
      return (await query.execute()).map(toChange);
    },
    unprovedRemovals: async (placements, since) => {
      if (placements.length === 0) return new Map();
      const { rows } = await sql<{ placement: string; unproved: string }>`
        select placement, details ->> 'unproved' as unproved from events
        where type = 'placement-removed' and placement = any(${[...placements]}::text[])
          and at >= ${since} and details ->> 'unproved' is not null`.execute(db);
      return new Map(rows.map(({ placement, unproved }) => [placement, unproved]));
    },
    holds: async () => {
      const rows = await db
        .selectFrom('placement_holds')
        .selectAll()
        .orderBy('placement')
        .limit(1000)
        .execute();
      return rows.map(({ placement, held_by, why, since }) => ({
        placement,
        by: held_by,
        why,
        since,
      }));
    },
  };
}

const columns = ({ state, waves, before, reason, finishedAt }: FleetChange) => ({
  ...{ state, waves: JSON.stringify(waves), before: JSON.stringify(before) },
  ...{ reason: reason ?? null, finished_at: finishedAt ?? null },
});

const toChange = (row: Selectable<FleetChangeTable>): FleetChange => ({
  ...{ id: row.id, toVersion: row.to_version, state: row.state },
  waves: StoredWaves.parse(row.waves),
  before: z.record(z.string(), Earlier).parse(row.before),
  reason: row.reason ?? undefined,
  startedAt: row.started_at,
  finishedAt: row.finished_at ?? undefined,
});
