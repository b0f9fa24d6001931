import { PltfError } from '@pltf/contracts';
import { z } from 'zod';
import type { Db } from '../../persistence/transaction.ts';
import { RunPlan, RunState, type RunStore } from './workflow/index.ts';

const Machine = z.object({ plan: RunPlan, state: RunState.optional() });

/** Keeps the workflow engine's plan and state with the run; a save under an outdated version is refused. */
export function postgresRunStore(
  db: Db,
): RunStore & { begin(run: string, plan: RunPlan): Promise<void> } {
  return {
    begin: async (run, plan) => {
      await db
        .updateTable('runs')
        .set({ machine: JSON.stringify({ plan }) })
        .where('id', '=', run)
        .where('machine', 'is', null)
        .execute();
    },
    load: async (run) => {
      const row = await db
        .selectFrom('runs')
        .select(['machine', 'machine_version'])
        .where('id', '=', run)
        .executeTakeFirst();
      if (row === undefined || row.machine === null) return undefined;
      const { plan, state } = Machine.parse(row.machine);
      return { plan, version: row.machine_version, ...(state === undefined ? {} : { state }) };
    },
    save: async (run, state, expected) => {
      const row = await db
        .updateTable('runs')
        .set((column) => ({
          // The plan never changes: only the state is written.
          machine: column.fn('jsonb_set', [
            column.ref('machine'),
            column.val('{state}'),
            column.cast(column.val(JSON.stringify(state)), 'jsonb'),
          ]),
          machine_version: column('machine_version', '+', 1),
        }))
        .where('id', '=', run)
        .where('machine_version', '=', expected)
        .returning('machine_version')
        .executeTakeFirst();
      if (row === undefined)
        throw new PltfError('conflict', { detail: `run ${run} is worked on elsewhere` });
      return row.machine_version;
    },
  };
}
