import { z } from 'zod';
import { GuardrailId } from './guardrail.ts';
import { ComponentName, EnvironmentName, Instant, TeamName, UserName } from './names.ts';

const reason = z.string().trim().min(10, 'at least 10 characters').max(2000);

/** What is excepted: one component, in one environment or in all. */
export const ExceptionScope = z.strictObject({
  component: ComponentName,
  environment: EnvironmentName.optional(),
});

export const ExceptionState = z.enum([
  'pending',
  'approved',
  'rejected',
  'revoked',
  'withdrawn',
  'expired',
]);
export type ExceptionState = z.infer<typeof ExceptionState>;

/** A time-limited permission to break one guardrail, with somebody accountable for it. */
export const Exception = z.object({
  id: z.string(),
  guardrail: GuardrailId,
  scope: ExceptionScope,
  state: ExceptionState,
  /** The person who answers for it, and the person's team. */
  owner: UserName,
  team: TeamName,
  requester: UserName,
  /** Never the requester. */
  approver: UserName.optional(),
  reason: z.string(),
  compensatingControl: z.string(),
  ticket: z.string().optional(),
  decisionReason: z.string().optional(),
  requestedAt: Instant,
  startsAt: Instant.optional(),
  expiresAt: Instant,
  endedAt: Instant.optional(),
  /** By placement id: the digest of the breaking values that were approved; a worse change has another one. */
  covers: z.record(z.string(), z.string()),
});
export type Exception = z.infer<typeof Exception>;

export const RequestException = z.strictObject({
  guardrail: GuardrailId,
  scope: ExceptionScope,
  owner: UserName.optional(),
  reason,
  compensatingControl: reason,
  ticket: z.string().max(200).optional(),
  /** Required; at most what the platform file allows in the scope's environments. */
  expiresAt: Instant,
});
export type RequestException = z.infer<typeof RequestException>;

/** Why somebody decided as they did; kept with the decision and shown with it. */
export const DecideException = z.strictObject({
  reason: z.string().trim().min(3, 'at least 3 characters').max(2000),
});
export type DecideException = z.infer<typeof DecideException>;

/** What evaluation needs to know of an exception; the one lookup that every surface shares works on these. */
export const ActiveException = Exception.pick({
  id: true,
  guardrail: true,
  scope: true,
  owner: true,
  team: true,
  startsAt: true,
  expiresAt: true,
  endedAt: true,
  covers: true,
});
export type ActiveException = z.infer<typeof ActiveException>;
