import { z } from 'zod';
import { DecideException, Exception, ExceptionState, RequestException } from '../exception.ts';
import { Guardrail, GuardrailId, GuardrailMode, Severity, Verdict } from '../guardrail.ts';
import { DebtItem, GuardrailEffect, ReplayedGuardrail } from '../intake.ts';
import { ComponentName, EnvironmentName, Instant, PlacementId, TeamName } from '../names.ts';
import { endpoint } from './endpoint.ts';
import { requestsApi } from './requests.ts';
import { IdParams, PageQuery, page } from './shapes.ts';

/** What a guardrail says of something that is placed, as the audit wrote it last. */
export const GuardrailResult = z.object({
  placement: PlacementId,
  component: ComponentName,
  environment: EnvironmentName,
  team: TeamName,
  verdict: Verdict,
  /** Since when it has been so without a pause. */
  since: Instant,
});
export type GuardrailResult = z.infer<typeof GuardrailResult>;

/** When everything that runs was looked at last; without it nothing is known yet. */
export const AuditAsOf = z.object({
  asOf: Instant.optional(),
  /** The audit is behind: facts changed since, or it is at work. */
  behind: z.boolean(),
  placements: z.number().int(),
});
export type AuditAsOf = z.infer<typeof AuditAsOf>;

export const GuardrailView = z.object({
  id: GuardrailId,
  title: z.string(),
  why: z.string(),
  severity: Severity,
  owner: TeamName,
  controls: z.array(z.string()),
  /** Shipped with the platform, or the organisation's own. */
  source: z.enum(['shipped', 'own']),
  /** As the platform file has it; `off` takes it out. */
  mode: z.union([GuardrailMode, z.literal('off')]),
  enforceFrom: z.string().optional(),
  /** What a failure comes to today: an `enforce` only warns before its date. */
  effective: z.enum(['audit', 'warn', 'enforce', 'off']),
  environments: z.array(EnvironmentName).optional(),
  remedy: z.string(),
  effect: GuardrailEffect,
  /** One entry for each day on which it was looked at, oldest first. */
  history: z.array(GuardrailEffect.extend({ day: z.iso.date() })),
});
export type GuardrailView = z.infer<typeof GuardrailView>;

/** What an exception exempts: live, by placement. */
export const Exempted = z.object({
  placement: PlacementId,
  environment: EnvironmentName,
  /** Placed already, not placed yet but so by the newest spec, or refused when somebody tried to. */
  found: z.enum(['placed', 'planned', 'refused']),
  message: z.string(),
  where: z.string().optional(),
  digest: z.string(),
  /** The breaking values are those that were approved. */
  covered: z.boolean(),
});
export type Exempted = z.infer<typeof Exempted>;

export const ExceptionView = Exception.extend({
  guardrailTitle: z.string(),
  severity: Severity.optional(),
  exempts: z.array(Exempted),
  /** Stands for exactly what `exempts` shows: an approver sends it back as `seen`. */
  exemptsDigest: z.string(),
  /** `unneeded`: in force, and nothing in its scope breaks the guardrail any more. */
  use: z.enum(['needed', 'unneeded', 'unknown']),
  /** Why it has to be approved anew, and when it ends by itself otherwise. */
  flag: z.object({ reason: z.string(), since: Instant, endsAt: Instant }).optional(),
  /** Ended by a person, or by the platform because its time was over. */
  endedBy: z.string().optional(),
  endedReason: z.string().optional(),
  /** What the caller may do now. */
  may: z.object({
    approve: z.boolean(),
    reject: z.boolean(),
    revoke: z.boolean(),
    withdraw: z.boolean(),
  }),
});
export type ExceptionView = z.infer<typeof ExceptionView>;

const tag = 'policy';
const read = 'policy:read' as const;
const decision = {
  method: 'POST',
  tag,
  params: IdParams,
  body: DecideException,
  answer: ExceptionView,
} as const;
const filter = {
  component: ComponentName.optional(),
  team: TeamName.optional(),
  guardrail: GuardrailId.optional(),
};

const guardrailsApi = {
  listGuardrails: endpoint({
    method: 'GET',
    path: '/guardrails',
    tag,
    action: read,
    summary: 'Guardrails with what they find in everything that runs, today and over time',
    query: z.object({ days: z.coerce.number().int().min(1).max(400).default(30) }),
    answer: z.object({ items: z.array(GuardrailView), audit: AuditAsOf }),
  }),
  getGuardrail: endpoint({
    method: 'GET',
    path: '/guardrails/:guardrail',
    tag,
    action: read,
    summary: 'One guardrail: its document, and who is hit',
    params: z.object({ guardrail: GuardrailId }),
    query: z.object({ days: z.coerce.number().int().min(1).max(400).default(90) }),
    answer: z.object({
      guardrail: GuardrailView,
      document: Guardrail,
      /** The first 500 placements that do not pass; `listVerdicts` has all. */
      hit: z.array(GuardrailResult),
      audit: AuditAsOf,
    }),
  }),
  listVerdicts: endpoint({
    method: 'GET',
    path: '/verdicts',
    tag,
    action: read,
    summary: 'What of that which runs does not pass a guardrail',
    query: z.object({ ...PageQuery, ...filter }),
    answer: page(GuardrailResult).extend({ audit: AuditAsOf }),
  }),
  replayGuardrails: endpoint({
    method: 'POST',
    path: '/guardrail-replays',
    tag,
    action: 'guardrail:replay',
    summary: 'What these guardrails would find in everything that runs; changes nothing',
    body: z.object({ text: z.string().min(1).max(262_144) }),
    answer: z.object({ asOf: Instant, guardrails: z.array(ReplayedGuardrail) }),
  }),
};

const exceptionsApi = {
  listExceptions: endpoint({
    method: 'GET',
    path: '/exceptions',
    tag,
    action: read,
    summary: 'Exceptions, newest first',
    query: z.object({ ...PageQuery, ...filter, state: ExceptionState.optional() }),
    answer: page(ExceptionView),
  }),
  getException: endpoint({
    method: 'GET',
    path: '/exceptions/:id',
    tag,
    action: read,
    summary: 'One exception, with what it exempts right now',
    params: IdParams,
    answer: ExceptionView,
  }),
  requestException: endpoint({
    method: 'POST',
    path: '/exceptions',
    tag,
    action: 'exception:request',
    summary: 'Ask to break a guardrail for a time',
    body: RequestException,
    answer: ExceptionView,
    status: 201,
  }),
  approveException: endpoint({
    ...decision,
    path: '/exceptions/:id/approve',
    action: 'exception:decide',
    summary: 'Approve an exception, or approve a flagged one anew; never by who asked for it',
    body: DecideException.extend({
      /** `exemptsDigest` as it was shown: refused with `conflict` when there is more or other by now. */
      seen: z.string().max(100).optional(),
      /** A new accountable person of the same team, where the old one has left. */
      owner: RequestException.shape.owner,
    }),
  }),
  rejectException: endpoint({
    ...decision,
    path: '/exceptions/:id/reject',
    action: 'exception:decide',
    summary: 'Reject an exception that was asked for',
  }),
  revokeException: endpoint({
    ...decision,
    path: '/exceptions/:id/revoke',
    action: 'exception:revoke',
    summary: 'End an exception before its time; approvers, and the team that owns it',
  }),
  withdrawException: endpoint({
    ...decision,
    path: '/exceptions/:id/withdraw',
    action: 'exception:request',
    summary: 'Take back what one has asked for oneself',
    body: z.object({ reason: z.string().trim().max(2000).default('') }),
  }),
};

export const policyApi = {
  ...guardrailsApi,
  ...exceptionsApi,
  ...requestsApi,
  listDebts: endpoint({
    method: 'GET',
    path: '/debts',
    tag,
    action: read,
    summary:
      'What your teams (or the one named) owe: exceptions, failing guardrails, open questions',
    query: z.object({ team: TeamName.optional() }),
    answer: z.object({
      teams: z.array(TeamName),
      items: z.array(DebtItem),
      audit: AuditAsOf,
    }),
  }),
};
