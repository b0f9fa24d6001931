import type { ExceptionView } from '@pltf/contracts';
import { Ban, Check, Clock, Flag, Hourglass, Leaf, Undo2 } from 'lucide-react';
import type { ReactNode } from 'react';
import { exceptionTones, exceptionWords } from './state-words.ts';

const icons = {
  pending: Clock,
  approved: Hourglass,
  rejected: Ban,
  revoked: Ban,
  withdrawn: Undo2,
  expired: Check,
} as const;

export function ExceptionPill({ state }: Pick<ExceptionView, 'state'>): ReactNode {
  const Icon = icons[state];
  return (
    <span className={`pill pill-${exceptionTones[state]}`}>
      <Icon size={14} aria-hidden />
      {exceptionWords[state]}
    </span>
  );
}

/** What somebody should look at, beside its state. */
export function ExceptionFlags({
  exception,
}: {
  readonly exception: Pick<ExceptionView, 'flag' | 'use' | 'state' | 'exempts'>;
}): ReactNode {
  const { flag, use, state, exempts } = exception;
  const worse = state === 'approved' && exempts.some(({ covered }) => !covered);
  return (
    <>
      {flag === undefined ? null : (
        <span className="pill pill-bad" title={flag.reason}>
          <Flag size={14} aria-hidden /> Approve anew
        </span>
      )}
      {use === 'unneeded' && state === 'approved' ? (
        <span className="pill pill-good" title="Nothing in its scope breaks the guardrail any more">
          <Leaf size={14} aria-hidden /> Not needed any more
        </span>
      ) : null}
      {worse ? (
        <span className="pill pill-bad" title="Something changed since it was approved">
          Does not cover all
        </span>
      ) : null}
    </>
  );
}
