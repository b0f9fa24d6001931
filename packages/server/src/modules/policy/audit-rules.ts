import { isDeepStrictEqual } from 'node:util';
import type { Verdict } from '@pltf/contracts';

/** A verdict as the table has it. */
export interface KeptResult {
  readonly placement: string;
  readonly guardrail: string;
  readonly verdict: Verdict;
}

export interface ResultDifference {
  /** New, or not as the table has it; `since` stays where it was failing before. */
  readonly put: readonly { readonly result: KeptResult; readonly isNew: boolean }[];
  readonly drop: readonly KeptResult[];
  /** Failing now and not before, by state; and the other way round. */
  readonly newlyFailing: readonly KeptResult[];
  readonly passing: readonly KeptResult[];
}

const keyOf = ({ placement, guardrail }: KeptResult): string => `${placement}\n${guardrail}`;

/** Excepted counts as failing underneath: it is a debt and no pass. */
const isFailing = ({ verdict: { state } }: KeptResult): boolean =>
  state === 'warn' || state === 'deny' || state === 'error';

/** What has to be written so that the table says what was found; nothing when it does already. */
export function resultDifference(
  kept: readonly KeptResult[],
  found: readonly Verdict[],
): ResultDifference {
  const before = new Map(kept.map((result) => [keyOf(result), result]));
  const now = found.map(
    (verdict): KeptResult => ({
      placement: verdict.subject,
      guardrail: verdict.guardrail,
      verdict,
    }),
  );
  const keys = new Set(now.map(keyOf));
  const put = now.flatMap((result) => {
    const old = before.get(keyOf(result));
    return isDeepStrictEqual(old?.verdict, result.verdict)
      ? []
      : [{ result, isNew: old === undefined }];
  });
  const drop = kept.filter((result) => !keys.has(keyOf(result)));
  const wasFailing = (result: KeptResult): boolean => {
    const old = before.get(keyOf(result));
    return old !== undefined && isFailing(old);
  };
  return {
    put,
    drop,
    newlyFailing: put
      .map(({ result }) => result)
      .filter((result) => isFailing(result) && !wasFailing(result)),
    passing: drop.filter(isFailing),
  };
}

export interface Counted {
  readonly warn: number;
  readonly deny: number;
  readonly excepted: number;
  readonly error: number;
}

/** No findings at all. */
export const noFindings: Counted = { warn: 0, deny: 0, excepted: 0, error: 0 };

/** What an audit changed, as a sentence; undefined when nothing did. */
export function auditSentence(
  newlyFailing: readonly KeptResult[],
  passing: readonly KeptResult[],
): string | undefined {
  if (newlyFailing.length === 0 && passing.length === 0) return undefined;
  const [first] = newlyFailing;
  const ended = newlyFailing.filter(({ verdict }) => verdict.expired !== undefined).length;
  const parts = [
    ...(first === undefined
      ? []
      : [
          newlyFailing.length === 1
            ? `${first.placement} does not pass ${first.guardrail}: ${first.verdict.message ?? first.verdict.state}`
            : `${newlyFailing.length} findings are new, in ${new Set(newlyFailing.map(({ guardrail }) => guardrail)).size} guardrails`,
        ]),
    ...(ended === 0 ? [] : [`${ended} because an exception has ended`]),
    ...(passing.length === 0 ? [] : [`${passing.length} solved`]),
  ];
  return parts.join('; ');
}

/** The next moment at which time alone may change a verdict: midnight, for days; and a look now and then. */
export function nextWholeAudit(now: Date): Date {
  const midnight = Date.UTC(now.getUTCFullYear(), now.getUTCMonth(), now.getUTCDate() + 1, 0, 1);
  return new Date(Math.min(midnight, now.getTime() + 6 * 3_600_000));
}
