import type { Updateable } from 'kysely';
import type { ExceptionTable } from '../../persistence/policy-tables.ts';
import type { Tx } from '../../persistence/transaction.ts';
import { toException } from './exception-rows.ts';
import type { ExceptionChange, ExceptionStore } from './exception-store.ts';

export function postgresExceptionStore(): ExceptionStore {
  return {
    create: async (tx, exception) => {
      const row = await tx.sql
        .insertInto('exceptions')
        .values({
          id: exception.id,
          guardrail: exception.guardrail,
          component: exception.component,
          environment: exception.environment ?? null,
          state: 'pending',
          owner: exception.owner,
          team: exception.team,
          requester: exception.requester,
          reason: exception.reason,
          compensating_control: exception.compensatingControl,
          ticket: exception.ticket ?? null,
          requested_at: exception.requestedAt,
          expires_at: exception.expiresAt,
          covers: '{}',
        })
        .onConflict((conflict) => conflict.doNothing())
        .returning('id')
        .executeTakeFirst();
      return row !== undefined;
    },
    lock: async (tx, id) => {
      const row = await tx.sql
        .selectFrom('exceptions')
        .selectAll()
        .where('id', '=', id)
        .forUpdate()
        .executeTakeFirst();
      return row === undefined ? undefined : toException(row);
    },
    change: async (tx, id, change) => {
      await tx.sql.updateTable('exceptions').set(columns(change)).where('id', '=', id).execute();
    },
    openOfPerson: (tx, user) =>
      idsOf(
        open(tx).where((where) =>
          where.or([where('owner', '=', user), where('approver', '=', user)]),
        ),
      ),
    open: (tx) => idsOf(open(tx)),
    openOfComponent: (tx, component) => idsOf(open(tx).where('component', '=', component)),
  };
}

const open = (tx: Tx) =>
  tx.sql
    .selectFrom('exceptions')
    .select('id')
    .where('state', 'in', ['pending', 'approved'])
    .orderBy('id');

async function idsOf(query: ReturnType<typeof open>): Promise<readonly string[]> {
  return (await query.execute()).map(({ id }) => id);
}

/** Only what the change names is written; a flag that it names as undefined is taken down. */
function columns(change: ExceptionChange): Updateable<ExceptionTable> {
  const { state, owner, approver, decisionReason, startsAt, endedAt, endedBy, endedReason } =
    change;
  return {
    ...(state === undefined ? {} : { state }),
    ...(owner === undefined ? {} : { owner }),
    ...(approver === undefined ? {} : { approver }),
    ...(decisionReason === undefined ? {} : { decision_reason: decisionReason }),
    ...(startsAt === undefined ? {} : { starts_at: startsAt }),
    ...(endedAt === undefined ? {} : { ended_at: endedAt }),
    ...(endedBy === undefined ? {} : { ended_by: endedBy }),
    ...(endedReason === undefined ? {} : { ended_reason: endedReason }),
    ...(change.covers === undefined ? {} : { covers: JSON.stringify(change.covers) }),
    ...(change.notices === undefined ? {} : { notices: [...change.notices] }),
    ...('flag' in change
      ? {
          flag_reason: change.flag?.reason ?? null,
          flag_since: change.flag?.since ?? null,
          flag_ends_at: change.flag?.endsAt ?? null,
        }
      : {}),
  };
}
