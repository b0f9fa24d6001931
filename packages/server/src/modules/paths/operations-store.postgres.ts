import { PltfError } from '@pltf/contracts';
import type { Selectable } from 'kysely';
import type { OperationTable } from '../../persistence/schema.ts';
import type { Connection } from '../../persistence/transaction.ts';
import { type Operation, OperationJson } from './operation.ts';
import type { OperationsQueries, OperationsStore } from './operations-store.ts';

export function postgresOperationsStore(): OperationsStore {
  return {
    create: async (tx, operation) => {
      const unfinished = await tx.sql
        .selectFrom('operations')
        .select('id')
        .where('subject', '=', operation.subject)
        .where('finished_at', 'is', null)
        .executeTakeFirst();
      if (unfinished !== undefined) return false;
      await tx.sql
        .insertInto('operations')
        .values({
          id: operation.id,
          kind: operation.kind,
          subject: operation.subject,
          state: operation.state,
          request: JSON.stringify(operation.request),
          steps: JSON.stringify(operation.steps),
          receipt: JSON.stringify(operation.receipt),
          links: JSON.stringify(operation.links),
          problem: null as never,
          requested_by: operation.requestedBy,
          started_at: operation.startedAt,
        })
        .execute();
      return true;
    },
    change: async (tx, id, change) => {
      await tx.sql
        .updateTable('operations')
        .set({
          ...(change.request === undefined ? {} : { request: JSON.stringify(change.request) }),
          ...(change.state === undefined ? {} : { state: change.state }),
          ...(change.steps === undefined ? {} : { steps: JSON.stringify(change.steps) }),
          ...(change.receipt === undefined ? {} : { receipt: JSON.stringify(change.receipt) }),
          ...(change.links === undefined ? {} : { links: JSON.stringify(change.links) }),
          ...(change.problem === undefined ? {} : { problem: JSON.stringify(change.problem) }),
          ...(change.finishedAt === undefined ? {} : { finished_at: change.finishedAt }),
        })
        .where('id', '=', id)
        .execute();
    },
    unfinishedOf: async (tx, subject) => {
      const rows = await tx.sql
        .selectFrom('operations')
        .select('id')
        .where('subject', '=', subject)
        .where('finished_at', 'is', null)
        .execute();
      return rows.map(({ id }) => id);
    },
  };
}

export function postgresOperationsQueries(db: Connection): OperationsQueries {
  return {
    operation: async (id) => {
      const row = await db
        .selectFrom('operations')
        .selectAll()
        .where('id', '=', id)
        .executeTakeFirst();
      if (row === undefined)
        throw new PltfError('not-found', { detail: `there is no operation ${id}` });
      return toOperation(row);
    },
    latestOf: async (subject) => {
      const row = await db
        .selectFrom('operations')
        .selectAll()
        .where('subject', '=', subject)
        .orderBy('started_at', 'desc')
        .executeTakeFirst();
      return row === undefined ? undefined : toOperation(row);
    },
  };
}

function toOperation(row: Selectable<OperationTable>): Operation {
  const { request, steps, receipt, links, problem } = OperationJson.parse(row);
  return {
    id: row.id,
    kind: row.kind,
    subject: row.subject,
    state: row.state,
    request,
    steps,
    receipt,
    links,
    problem,
    requestedBy: row.requested_by,
    startedAt: row.started_at,
    finishedAt: row.finished_at ?? undefined,
  };
}
