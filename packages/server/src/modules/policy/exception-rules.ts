import { createHash } from 'node:crypto';
import { type PlatformFile, PltfError } from '@pltf/contracts';
import { durationMs } from '@pltf/plan';
import type { Breaking, Flag, PolicyException } from './exception.ts';

/** Days before the end at which its owner is told, most first. */
export const noticeDays = [14, 7, 1] as const;

const dayMs = 86_400_000;
/** So long an exception whose owner or approver has gone goes on, for somebody else to approve it anew. */
export const reapprovalMs = 7 * dayMs;
const shortestMs = 60_000;

/** The longest that an exception may last in this scope, in milliseconds: the shortest of all its environments. */
export function longestExceptionMs(
  platform: PlatformFile,
  environment: string | undefined,
): number {
  const inScope = platform.environments.filter(
    ({ name }) => environment === undefined || name === environment,
  );
  return Math.min(
    durationMs(platform.exceptions.longest),
    ...inScope.flatMap(({ longestException }) =>
      longestException === undefined ? [] : [durationMs(longestException)],
    ),
  );
}

/** Throws `exception-too-long` unless it ends in the future and within what the scope allows, counted from `now`. */
export function refuseBadExpiry(
  platform: PlatformFile,
  environment: string | undefined,
  expiresAt: Date,
  now: Date,
): void {
  const lastsMs = expiresAt.getTime() - now.getTime();
  const longestMs = longestExceptionMs(platform, environment);
  // A malformed date is not a number and fails both comparisons.
  if (lastsMs >= shortestMs && lastsMs <= longestMs) return;
  const days = Math.floor(longestMs / dayMs);
  const longest =
    days > 0 ? `${days} day${days === 1 ? '' : 's'}` : `${longestMs / 60_000} minutes`;
  const where = environment ?? 'all environments';
  const last = new Date(now.getTime() + longestMs).toISOString();
  throw new PltfError('exception-too-long', {
    detail:
      lastsMs > longestMs
        ? `an exception in ${where} lasts at most ${longest}`
        : 'an exception ends in the future, a minute from now at the earliest',
    fix: `Choose a day up to ${last.slice(0, 10)}; what has to last longer is a change of the guardrail.`,
    errors: [{ where: 'expiresAt', message: `must be between now and ${last}` }],
  });
}

/** What an approval is bound to. Where a refused change differs from what runs, the change is what was asked for. */
export function coversOf(breaking: readonly Breaking[]): Readonly<Record<string, string>> {
  const covers: Record<string, string> = {};
  for (const { placement, digest, found } of breaking)
    if (found === 'refused' || covers[placement] === undefined) covers[placement] = digest;
  return covers;
}

/** Stands for what an approver was shown. */
export const exemptsDigest = (breaking: readonly Breaking[]): string => {
  const lines = breaking.map(({ placement, found, digest }) => `${placement} ${found} ${digest}`);
  return createHash('sha256').update(lines.toSorted().join('\n')).digest('hex');
};

/** What is known of the people behind an exception. */
export interface Accountability {
  /** Undefined: nobody of this name is there. */
  readonly owner: { readonly disabled: boolean; readonly inTeam: boolean } | undefined;
  readonly approver: { readonly disabled: boolean; readonly entitled: boolean } | undefined;
}

/** Why nobody answers for it any more; undefined while both are there. */
export function lostAccountability(
  { owner, approver, team }: Pick<PolicyException, 'owner' | 'approver' | 'team'>,
  people: Accountability,
): string | undefined {
  if (people.owner === undefined || people.owner.disabled) return `its owner ${owner} is gone`;
  if (!people.owner.inTeam) return `its owner ${owner} has left the team ${team}`;
  if (people.approver === undefined || people.approver.disabled)
    return `its approver ${approver ?? ''} is gone`;
  if (!people.approver.entitled) return `its approver ${approver ?? ''} may not approve any more`;
  return undefined;
}

export type Step =
  | { readonly kind: 'expire' }
  | { readonly kind: 'lapse'; readonly reason: string }
  | { readonly kind: 'warn'; readonly days: number; readonly passed: readonly number[] }
  | { readonly kind: 'flag'; readonly flag: Flag }
  | { readonly kind: 'unflag' };

export interface Progress {
  readonly steps: readonly Step[];
  /** When to look again; undefined when nothing can happen by itself any more. */
  readonly again: Date | undefined;
}

const over: Progress = { steps: [], again: undefined };

/**
 * What time and people have made due. Compares with `now` only, so that a clock that jumps over several of these
 * moments leads to the one thing that is right at the new time: one warning, or the end.
 */
export function dueSteps(exception: PolicyException, people: Accountability, now: Date): Progress {
  if (exception.state !== 'pending' && exception.state !== 'approved') return over;
  // Its last instant counts as within it, as the lookup has it.
  if (now > exception.expiresAt) return { steps: [{ kind: 'expire' }], again: undefined };
  const end = new Date(exception.expiresAt.getTime() + 1);
  if (exception.state === 'pending') return { steps: [], again: end };
  const { flag } = exception;
  if (
    flag !== undefined &&
    flag.endsAt <= now &&
    lostAccountability(exception, people) !== undefined
  )
    return { steps: [{ kind: 'lapse', reason: flag.reason }], again: undefined };
  const flagging = flagSteps(exception, people, now);
  const warning = warnings(exception, now);
  const flagEnd = flagging.flag?.endsAt;
  const moments = [end, ...upcoming(exception, now), ...(flagEnd ? [flagEnd] : [])];
  return {
    steps: [...flagging.steps, ...warning],
    again: moments.reduce((first, moment) => (moment < first ? moment : first)),
  };
}

function flagSteps(
  exception: PolicyException,
  people: Accountability,
  now: Date,
): { readonly steps: readonly Step[]; readonly flag: Flag | undefined } {
  const reason = lostAccountability(exception, people);
  const { flag } = exception;
  if (reason === undefined)
    return { steps: flag === undefined ? [] : [{ kind: 'unflag' }], flag: undefined };
  if (flag !== undefined) return { steps: [], flag };
  const endsAt = new Date(Math.min(now.getTime() + reapprovalMs, exception.expiresAt.getTime()));
  const raised = { reason, since: now, endsAt };
  return { steps: [{ kind: 'flag', flag: raised }], flag: raised };
}

const noticeAt = ({ expiresAt }: PolicyException, days: number): Date =>
  new Date(expiresAt.getTime() - days * dayMs);

/** A short exception is not warned of moments that were over when it began. */
const applies = (exception: PolicyException, days: number): boolean =>
  noticeAt(exception, days) > (exception.startsAt ?? exception.requestedAt);

/** Of several that are due at once, the most urgent; those that were passed over count as given. */
function warnings(exception: PolicyException, now: Date): readonly Step[] {
  const due = noticeDays.filter(
    (days) =>
      applies(exception, days) &&
      noticeAt(exception, days) <= now &&
      !exception.notices.includes(days),
  );
  const days = due.at(-1);
  // An earlier warning whose time is passed is not given after a later one.
  if (days === undefined) return [];
  const given = exception.notices.some((earlier) => earlier < days);
  return given ? [] : [{ kind: 'warn', days, passed: due }];
}

const upcoming = (exception: PolicyException, now: Date): readonly Date[] =>
  noticeDays
    .filter((days) => applies(exception, days) && !exception.notices.includes(days))
    .map((days) => noticeAt(exception, days))
    .filter((at) => at > now);

export type Act = 'approve' | 'reject' | 'revoke' | 'withdraw';

/** Why this cannot be done to the exception in its present state; undefined when it can. */
export function refusal(
  exception: PolicyException,
  act: Act,
  actor: string,
  now: Date,
): PltfError | undefined {
  const { state, id, flag } = exception;
  const isOver = now > exception.expiresAt;
  if (act === 'approve' && (state === 'approved' ? flag === undefined : state !== 'pending'))
    return closed(id, state, 'approved');
  if ((act === 'reject' || act === 'withdraw') && state !== 'pending')
    return closed(id, state, act === 'reject' ? 'rejected' : 'withdrawn');
  if (act === 'revoke' && state !== 'approved') return closed(id, state, 'revoked');
  if (act === 'approve' && isOver) return closed(id, 'expired', 'approved');
  if (act === 'approve' && actor === exception.requester)
    return new PltfError('forbidden', {
      detail: `${actor} asked for ${id} and cannot approve it`,
      fix: 'Somebody else who may approve exceptions decides.',
    });
  if (act === 'withdraw' && actor !== exception.requester)
    return new PltfError('forbidden', {
      detail: `${id} was asked for by ${exception.requester}, who alone can withdraw it`,
      fix: 'Reject it instead, or ask them.',
    });
  return undefined;
}

const closed = (id: string, state: string, wish: string): PltfError =>
  new PltfError('exception-closed', {
    detail: `${id} is ${state} and cannot be ${wish}`,
    fix: `\`pltf exception show ${id}\` says who decided, and why.`,
  });
