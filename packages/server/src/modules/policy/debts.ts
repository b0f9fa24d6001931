import type { DebtItem, ExceptionView, GuardrailResult } from '@pltf/contracts';
import type { IntakeRequest } from './intake-request.ts';
import { isOverdue } from './intake-request.ts';

/** A failing guardrail as a debt; excepted ones stand there as their exception. */
export function failingDebt({
  placement,
  component,
  environment,
  team,
  verdict,
  since,
}: GuardrailResult): DebtItem | undefined {
  const { state, guardrail, severity, title, message, remedy, enforceFrom, expired } = verdict;
  if (state === 'pass' || state === 'excepted') return undefined;
  return {
    kind: 'failing',
    ...{
      team,
      component,
      title,
      guardrail,
      severity,
      state,
      placement,
      environment,
      remedy,
      since,
    },
    ...(message === undefined ? {} : { message }),
    ...(enforceFrom === undefined ? {} : { enforceFrom }),
    ...(expired === undefined ? {} : { expired: { exception: expired.id, at: expired.expired } }),
  };
}

export function exceptionDebt(view: ExceptionView): DebtItem | undefined {
  const { state, id, guardrail, guardrailTitle, scope, team, owner, expiresAt, use, flag } = view;
  if (state !== 'pending' && state !== 'approved') return undefined;
  return {
    kind: 'exception',
    ...{ team, guardrail, state, owner, expiresAt },
    component: scope.component,
    title: guardrailTitle,
    exception: id,
    unneeded: use === 'unneeded',
    flagged: flag !== undefined,
  };
}

export function requestDebt(request: IntakeRequest, now: Date): DebtItem {
  const { id, title, component, owner, answerBy } = request;
  return {
    kind: 'request',
    team: owner,
    ...(component === undefined ? {} : { component }),
    title,
    request: id,
    answerBy: answerBy.toISOString(),
    overdue: isOverdue(request, now),
  };
}

const severities = ['critical', 'high', 'medium', 'low'] as const;

/** Lower is more pressing. */
function urgency(item: DebtItem, now: Date): number {
  switch (item.kind) {
    case 'failing': {
      const rank = severities.indexOf(item.severity);
      return (item.state === 'warn' ? (item.enforceFrom === undefined ? 40 : 20) : 0) + rank;
    }
    case 'request':
      return item.overdue ? 5 : 30;
    default: {
      if (item.flagged) return 4;
      const days = (Date.parse(item.expiresAt) - now.getTime()) / 86_400_000;
      return days <= 14 ? 10 : item.unneeded ? 35 : 45;
    }
  }
}

const dueOf = (item: DebtItem): string =>
  item.kind === 'exception' ? item.expiresAt : item.kind === 'request' ? item.answerBy : item.since;

/** Most pressing first; the same order whenever it is asked. */
export const inOrder = (items: readonly DebtItem[], now: Date): DebtItem[] =>
  items.toSorted(
    (a, b) =>
      urgency(a, now) - urgency(b, now) ||
      (dueOf(a) < dueOf(b) ? -1 : dueOf(a) > dueOf(b) ? 1 : 0) ||
      (a.title < b.title ? -1 : 1),
  );
