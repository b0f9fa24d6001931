import type { ExceptionView, PlatformFile } from '@pltf/contracts';
import type { Actor } from '../../kernel/actor.ts';
import { decide } from '../identity/index.ts';
import type { FindBreaking } from './breaking.ts';
import { type Breaking, isOpen, type PolicyException } from './exception.ts';
import { type Act, exemptsDigest, refusal } from './exception-rules.ts';
import type { GuardrailSet } from './guardrail-set.ts';
import { isCovered } from './preview-covers.ts';

export interface ExceptionViewContext {
  readonly guardrails: GuardrailSet;
  readonly platform: PlatformFile;
  readonly actor: Actor;
  readonly now: Date;
}

/** Teams whose developers may end an exception early: those that approve, and the one that answers for it. */
export const revokers = ({ exceptions }: PlatformFile, team: string): readonly string[] => [
  ...exceptions.approvers,
  team,
];

/** An exception as people read it, with what it exempts at this moment. */
export function exceptionView(
  exception: PolicyException,
  breaking: readonly Breaking[],
  context: ExceptionViewContext,
): ExceptionView {
  const { guardrail: name, component, environment, flag } = exception;
  const known = context.guardrails.known.find(({ guardrail }) => guardrail.metadata.name === name);
  return {
    id: exception.id,
    guardrail: name,
    guardrailTitle: known?.guardrail.spec.title ?? name,
    ...(known === undefined ? {} : { severity: known.guardrail.spec.severity }),
    scope: { component, ...(environment === undefined ? {} : { environment }) },
    state: exception.state,
    owner: exception.owner,
    team: exception.team,
    requester: exception.requester,
    ...(exception.approver === undefined ? {} : { approver: exception.approver }),
    reason: exception.reason,
    compensatingControl: exception.compensatingControl,
    ...(exception.ticket === undefined ? {} : { ticket: exception.ticket }),
    ...(exception.decisionReason === undefined ? {} : { decisionReason: exception.decisionReason }),
    ...times(exception),
    covers: { ...exception.covers },
    exempts: breaking.map((one) => exempted(one, exception, context.platform)),
    exemptsDigest: exemptsDigest(breaking),
    use: needOf(exception, breaking, context.platform),
    ...(flag === undefined
      ? {}
      : {
          flag: {
            reason: flag.reason,
            since: flag.since.toISOString(),
            endsAt: flag.endsAt.toISOString(),
          },
        }),
    may: mayOf(exception, context),
  };
}

function times(exception: PolicyException) {
  const { requestedAt, startsAt, expiresAt, endedAt, endedBy, endedReason } = exception;
  return {
    requestedAt: requestedAt.toISOString(),
    expiresAt: expiresAt.toISOString(),
    ...(startsAt === undefined ? {} : { startsAt: startsAt.toISOString() }),
    ...(endedAt === undefined ? {} : { endedAt: endedAt.toISOString() }),
    ...(endedBy === undefined ? {} : { endedBy }),
    ...(endedReason === undefined ? {} : { endedReason }),
  };
}

function exempted(
  one: Breaking,
  { covers }: PolicyException,
  platform: PlatformFile,
): ExceptionView['exempts'][number] {
  const { placement, environment, found, message, where, digest } = one;
  return {
    ...{ placement, environment, found, message, digest },
    ...(where === undefined ? {} : { where }),
    covered: isCovered(covers, one, platform),
  };
}

/** In force and covering nothing that breaks: nobody needs it any more. */
function needOf(
  exception: PolicyException,
  breaking: readonly Breaking[],
  platform: PlatformFile,
): ExceptionView['use'] {
  if (exception.state !== 'approved') return 'unknown';
  const { covers } = exception;
  return breaking.some((one) => isCovered(covers, one, platform)) ? 'needed' : 'unneeded';
}

function mayOf(
  exception: PolicyException,
  { actor, platform, now }: ExceptionViewContext,
): ExceptionView['may'] {
  const writes = true;
  const { approvers } = platform.exceptions;
  const decides = decide(actor, 'exception:decide', { teams: approvers, writes }).allowed;
  const revokes = decide(actor, 'exception:revoke', {
    teams: revokers(platform, exception.team),
    writes,
  }).allowed;
  const asks = decide(actor, 'exception:request', { team: exception.team, writes }).allowed;
  const can = (act: Act): boolean => refusal(exception, act, actor.name, now) === undefined;
  return {
    approve: decides && can('approve'),
    reject: decides && can('reject'),
    revoke: revokes && can('revoke'),
    withdraw: asks && can('withdraw'),
  };
}

const atOnce = 4;

/** Several at once; what has ended exempts nothing and is not looked at. */
export async function exceptionViews(
  exceptions: readonly PolicyException[],
  find: FindBreaking,
  context: ExceptionViewContext,
): Promise<ExceptionView[]> {
  const views: ExceptionView[] = [];
  // Not all at once: a page of a hundred would take every connection that requests share.
  for (let from = 0; from < exceptions.length; from += atOnce) {
    const some = exceptions.slice(from, from + atOnce).map(async (exception) => {
      const breaking = isOpen(exception) ? await find(exception) : [];
      return exceptionView(exception, breaking, context);
    });
    views.push(...(await Promise.all(some)));
  }
  return views;
}
