import type { Selectable } from 'kysely';
import { z } from 'zod';
import type { ExceptionTable } from '../../persistence/policy-tables.ts';
import type { PolicyException } from './exception.ts';

const Covers = z.record(z.string(), z.string().max(200));

/** A row as the domain sees it. */
export function toException(row: Selectable<ExceptionTable>): PolicyException {
  const { flag_reason: reason, flag_since: since, flag_ends_at: endsAt } = row;
  return {
    id: row.id,
    guardrail: row.guardrail,
    component: row.component,
    environment: row.environment ?? undefined,
    state: row.state,
    owner: row.owner,
    team: row.team,
    requester: row.requester,
    approver: row.approver ?? undefined,
    reason: row.reason,
    compensatingControl: row.compensating_control,
    ticket: row.ticket ?? undefined,
    decisionReason: row.decision_reason ?? undefined,
    requestedAt: row.requested_at,
    startsAt: row.starts_at ?? undefined,
    expiresAt: row.expires_at,
    endedAt: row.ended_at ?? undefined,
    endedBy: row.ended_by ?? undefined,
    endedReason: row.ended_reason ?? undefined,
    covers: Covers.parse(row.covers),
    notices: row.notices,
    flag:
      reason === null || since === null || endsAt === null ? undefined : { reason, since, endsAt },
  };
}
