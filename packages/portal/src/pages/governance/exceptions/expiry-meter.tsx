import type { ExceptionView } from '@pltf/contracts';
import { Hourglass } from 'lucide-react';
import type { ReactNode } from 'react';
import { date, full, until } from '../../../format/time.ts';
import { useNow } from '../../../live/use-now.ts';
import { leftOf } from './expiry.ts';

interface ExpiryMeterProps {
  readonly exception: Pick<
    ExceptionView,
    'state' | 'startsAt' | 'requestedAt' | 'expiresAt' | 'endedAt'
  >;
}

/** When it ends, and how much of its time is left. */
export function ExpiryMeter({ exception }: ExpiryMeterProps): ReactNode {
  const now = useNow();
  const { state, expiresAt, endedAt } = exception;
  const ended = state !== 'approved' && state !== 'pending';
  if (ended)
    return (
      <span className="small quiet" title={full(endedAt ?? expiresAt)}>
        ended {date(endedAt ?? expiresAt, now)}
      </span>
    );
  const { share, tone, over } = leftOf(exception, now);
  const words = over ? 'ends now' : `ends ${until(expiresAt, now)}`;
  return (
    <span className={`expiry expiry-${state === 'pending' ? 'quiet' : tone}`}>
      <span className="row small" title={full(expiresAt)}>
        {tone === 'quiet' ? null : <Hourglass size={12} aria-hidden />}
        <span>
          {state === 'pending' ? 'until' : words}{' '}
          <span className="faint">{date(expiresAt, now)}</span>
        </span>
      </span>
      {state === 'approved' && exception.startsAt !== undefined ? (
        <svg viewBox="0 0 100 4" preserveAspectRatio="none" className="expiry-bar" aria-hidden>
          <rect width={100} height={4} className="expiry-all" />
          <rect width={Math.max(1, share * 100)} height={4} className="expiry-left" />
        </svg>
      ) : null}
    </span>
  );
}
