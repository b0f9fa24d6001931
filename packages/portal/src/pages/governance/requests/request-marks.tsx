import type { IntakeState, RequestView } from '@pltf/contracts';
import { AlarmClock, Check, MessageCircleQuestion, Undo2, X } from 'lucide-react';
import type { ReactNode } from 'react';
import { date, full, span, until } from '../../../format/time.ts';
import { useNow } from '../../../live/use-now.ts';

const shown: Readonly<Record<IntakeState, readonly [string, string, typeof Check]>> = {
  open: ['Open', 'busy', MessageCircleQuestion],
  accepted: ['Accepted', 'good', Check],
  declined: ['Declined', 'quiet', X],
  withdrawn: ['Withdrawn', 'quiet', Undo2],
};

export function RequestPill({ state }: { readonly state: IntakeState }): ReactNode {
  const [words, tone, Icon] = shown[state];
  return (
    <span className={`pill pill-${tone}`}>
      <Icon size={14} aria-hidden />
      {words}
    </span>
  );
}

/** Until when an answer was promised, and by how much that is over. */
export function Promised({
  request,
}: {
  readonly request: Pick<RequestView, 'state' | 'answerBy' | 'decidedAt' | 'overdue'>;
}): ReactNode {
  const now = useNow();
  const { state, answerBy, decidedAt } = request;
  if (state !== 'open')
    return (
      <span
        className="small quiet"
        {...(decidedAt === undefined ? {} : { title: full(decidedAt) })}
      >
        {decidedAt === undefined ? '' : `answered ${date(decidedAt, now)}`}
      </span>
    );
  const late = now - Date.parse(answerBy);
  // The clock goes on while the page is open: it does not wait for the platform to say so.
  if (request.overdue || late > 0)
    return (
      <span className="small promised-late" title={full(answerBy)}>
        <AlarmClock size={14} aria-hidden /> overdue by {span(Math.max(late, 60_000))}
      </span>
    );
  return (
    <span className="small quiet" title={full(answerBy)}>
      answer promised {until(answerBy, now)}
    </span>
  );
}
