import { z } from 'zod';
import { Severity, VerdictState } from './guardrail.ts';
import {
  ComponentName,
  EnvironmentName,
  Id,
  Instant,
  PlacementId,
  TeamName,
  UserName,
} from './names.ts';

export const IntakeState = z.enum(['open', 'accepted', 'declined', 'withdrawn']);
export type IntakeState = z.infer<typeof IntakeState>;

export const NewRequest = z.strictObject({
  title: z.string().trim().min(5, 'at least 5 characters').max(120),
  /** What is needed and what for. */
  what: z.string().trim().min(10, 'at least 10 characters').max(5000),
  component: ComponentName.optional(),
});
export type NewRequest = z.infer<typeof NewRequest>;

export const AnswerRequest = z.strictObject({
  decision: z.enum(['accepted', 'declined']),
  reason: z.string().trim().min(10, 'at least 10 characters').max(2000),
});
export type AnswerRequest = z.infer<typeof AnswerRequest>;

/** Something that does not fit a golden path, asked for: decided with a reason by a team that answers for it. */
export const RequestView = NewRequest.extend({
  id: Id,
  state: IntakeState,
  requester: UserName,
  /** The team that answers, and until when it has promised to. */
  owner: TeamName,
  askedAt: Instant,
  answerBy: Instant,
  /** Open for longer than promised. */
  overdue: z.boolean(),
  decidedBy: UserName.optional(),
  decidedAt: Instant.optional(),
  decisionReason: z.string().optional(),
  may: z.object({ answer: z.boolean(), withdraw: z.boolean() }),
});
export type RequestView = z.infer<typeof RequestView>;

/** How many placements a guardrail finds in which state. Excepted ones are a debt and no pass. */
export const GuardrailEffect = z.object({
  /** How many it looked at; absent until the first audit. */
  looked: z.number().int().optional(),
  warn: z.number().int(),
  deny: z.number().int(),
  excepted: z.number().int(),
  error: z.number().int(),
});
export type GuardrailEffect = z.infer<typeof GuardrailEffect>;

/** What a guardrail that is only proposed would find today. */
export const ReplayedGuardrail = GuardrailEffect.extend({
  guardrail: z.string(),
  title: z.string(),
  looked: z.number().int(),
  /** The teams that are hit, most hit first. */
  teams: z.array(z.object({ team: TeamName, placements: z.number().int() })),
  /** The first 500. */
  hits: z.array(
    z.object({
      placement: PlacementId,
      component: ComponentName,
      team: TeamName,
      environment: EnvironmentName,
      state: VerdictState,
      message: z.string().optional(),
    }),
  ),
});
export type ReplayedGuardrail = z.infer<typeof ReplayedGuardrail>;

const debt = { team: TeamName, component: ComponentName.optional(), title: z.string() };

/** One thing that a team owes; most pressing first: what has ended or is refused, then what ends soonest. */
export const DebtItem = z.discriminatedUnion('kind', [
  z.object({
    ...debt,
    kind: z.literal('exception'),
    exception: Id,
    guardrail: z.string(),
    state: z.enum(['pending', 'approved']),
    owner: UserName,
    expiresAt: Instant,
    /** Nothing needs it any more: it can be revoked. */
    unneeded: z.boolean(),
    flagged: z.boolean(),
  }),
  z.object({
    ...debt,
    kind: z.literal('failing'),
    guardrail: z.string(),
    severity: Severity,
    state: z.enum(['warn', 'deny', 'error']),
    placement: PlacementId,
    environment: EnvironmentName,
    message: z.string().optional(),
    remedy: z.string(),
    since: Instant,
    /** For `warn`: the day from which it is refused. */
    enforceFrom: z.string().optional(),
    /** An exception that covered it and has ended. */
    expired: z.object({ exception: z.string(), at: z.string() }).optional(),
  }),
  z.object({
    ...debt,
    kind: z.literal('request'),
    request: Id,
    answerBy: Instant,
    overdue: z.boolean(),
  }),
]);
export type DebtItem = z.infer<typeof DebtItem>;
