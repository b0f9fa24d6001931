import { type IntakeState, PltfError } from '@pltf/contracts';
import type { Selectable } from 'kysely';
import type { IntakeRequestTable } from '../../persistence/policy-tables.ts';
import type { Connection, Tx } from '../../persistence/transaction.ts';
import type { IntakeRequest } from './intake-request.ts';

export interface RequestFilter {
  readonly state?: IntakeState | undefined;
  readonly component?: string | undefined;
  readonly owner?: string | undefined;
  readonly owners?: readonly string[] | undefined;
  /** Only open ones whose promised time was over at this moment. */
  readonly overdueAt?: Date | undefined;
  readonly before?: string | undefined;
  readonly limit: number;
}

export interface RequestQueries {
  get(id: string): Promise<IntakeRequest>;
  /** Newest first. */
  list(filter: RequestFilter): Promise<readonly IntakeRequest[]>;
}

/** Writes requests. */
export interface RequestStore {
  create(tx: Tx, request: IntakeRequest): Promise<void>;
  lock(tx: Tx, id: string): Promise<IntakeRequest | undefined>;
  decide(
    tx: Tx,
    id: string,
    decision: Pick<IntakeRequest, 'state' | 'decidedBy' | 'decidedAt' | 'decisionReason'>,
  ): Promise<void>;
  setOverdueTold(tx: Tx, id: string): Promise<void>;
}

export function postgresRequestStore(): RequestStore {
  return {
    create: async (tx, request) => {
      const { id, title, what, state, requester, owner } = request;
      await tx.sql
        .insertInto('intake_requests')
        .values({
          ...{ id, title, what, state, requester, owner },
          component: request.component ?? null,
          asked_at: request.askedAt,
          answer_by: request.answerBy,
        })
        .execute();
    },
    lock: async (tx, id) => {
      const row = await tx.sql
        .selectFrom('intake_requests')
        .selectAll()
        .where('id', '=', id)
        .forUpdate()
        .executeTakeFirst();
      return row === undefined ? undefined : toRequest(row);
    },
    decide: async (tx, id, { state, decidedBy, decidedAt, decisionReason }) => {
      await tx.sql
        .updateTable('intake_requests')
        .set({
          state,
          decided_by: decidedBy ?? null,
          decided_at: decidedAt ?? null,
          decision_reason: decisionReason ?? null,
        })
        .where('id', '=', id)
        .execute();
    },
    setOverdueTold: async (tx, id) => {
      await tx.sql
        .updateTable('intake_requests')
        .set({ overdue_told: true })
        .where('id', '=', id)
        .execute();
    },
  };
}

export function postgresRequestQueries(db: Connection): RequestQueries {
  return {
    get: async (id) => {
      const row = await db
        .selectFrom('intake_requests')
        .selectAll()
        .where('id', '=', id)
        .executeTakeFirst();
      if (row !== undefined) return toRequest(row);
      throw requestUnknown(id);
    },
    list: async ({ state, component, owner, owners, overdueAt, before, limit }) => {
      let query = db.selectFrom('intake_requests').selectAll().orderBy('id', 'desc').limit(limit);
      if (state !== undefined) query = query.where('state', '=', state);
      if (component !== undefined) query = query.where('component', '=', component);
      if (owner !== undefined) query = query.where('owner', '=', owner);
      if (owners !== undefined) query = query.where('owner', 'in', [...owners]);
      if (overdueAt !== undefined)
        query = query.where('state', '=', 'open').where('answer_by', '<', overdueAt);
      if (before !== undefined) query = query.where('id', '<', before);
      return (await query.execute()).map(toRequest);
    },
  };
}

export const requestUnknown = (id: string): PltfError =>
  new PltfError('not-found', {
    detail: `there is no request ${id}`,
    fix: '`pltf request list` shows them.',
  });

const toRequest = (row: Selectable<IntakeRequestTable>): IntakeRequest => ({
  id: row.id,
  title: row.title,
  what: row.what,
  component: row.component ?? undefined,
  state: row.state,
  requester: row.requester,
  owner: row.owner,
  askedAt: row.asked_at,
  answerBy: row.answer_by,
  overdueTold: row.overdue_told,
  decidedBy: row.decided_by ?? undefined,
  decidedAt: row.decided_at ?? undefined,
  decisionReason: row.decision_reason ?? undefined,
});
