import type { ExceptionState, IntakeState, Verdict } from '@pltf/contracts';
import type { Generated, JSONColumnType } from 'kysely';

type Json<T extends object> = JSONColumnType<T, string, string>;

export interface ExceptionTable {
  id: string;
  guardrail: string;
  component: string;
  /** Null: every environment. */
  environment: string | null;
  state: ExceptionState;
  owner: string;
  team: string;
  requester: string;
  approver: string | null;
  reason: string;
  compensating_control: string;
  ticket: string | null;
  decision_reason: string | null;
  requested_at: Date;
  starts_at: Date | null;
  expires_at: Date;
  ended_at: Date | null;
  ended_by: string | null;
  ended_reason: string | null;
  /** Digest of the breaking values by placement. */
  covers: Json<Record<string, string>>;
  /** Days before the end at which was warned. */
  notices: Generated<number[]>;
  flag_reason: string | null;
  flag_since: Date | null;
  flag_ends_at: Date | null;
}
export interface GuardrailResultTable {
  placement: string;
  guardrail: string;
  component: string;
  environment: string;
  state: 'warn' | 'deny' | 'excepted' | 'error';
  digest: string | null;
  exception: string | null;
  verdict: Json<Verdict>;
  since: Date;
}
/** What a spec that was refused breaks: what an exception may be asked for before it runs. */
export interface GuardrailRefusalTable {
  placement: string;
  guardrail: string;
  component: string;
  environment: string;
  verdict: Json<Verdict>;
  at: Date;
}
export interface GuardrailDayTable {
  guardrail: string;
  day: string;
  looked: number | null;
  warn: number;
  deny: number;
  excepted: number;
  error: number;
}
/** The newest audit of everything that runs: one row. */
export interface GuardrailAuditTable {
  id: number;
  /** Digest of guardrails, platform file and exceptions that it used. */
  facts: string;
  as_of: Date;
  placements: number;
  took_ms: number;
}
export interface IntakeRequestTable {
  id: string;
  title: string;
  what: string;
  component: string | null;
  state: IntakeState;
  requester: string;
  owner: string;
  asked_at: Date;
  answer_by: Date;
  overdue_told: Generated<boolean>;
  decided_by: string | null;
  decided_at: Date | null;
  decision_reason: string | null;
}
