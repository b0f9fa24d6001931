import type { GuardrailView } from '@pltf/contracts';
import { CircleOff, Eye, ShieldCheck, TriangleAlert } from 'lucide-react';
import type { ReactNode } from 'react';
import { date } from '../../../format/time.ts';
import { useNow } from '../../../live/use-now.ts';

const shown = {
  enforce: ['Refuses', 'busy', ShieldCheck],
  warn: ['Warns', 'quiet', TriangleAlert],
  audit: ['Records', 'quiet', Eye],
  off: ['Off', 'quiet', CircleOff],
} as const;

type Facts = Pick<GuardrailView, 'mode' | 'effective' | 'enforceFrom'>;

/** What a failure comes to today, and from when on it will be refused. */
export function ModePill({ guardrail }: { readonly guardrail: Facts }): ReactNode {
  const now = useNow();
  const { mode, effective, enforceFrom } = guardrail;
  const [words, tone, Icon] = shown[effective];
  const later = mode === 'enforce' && effective !== 'enforce' && enforceFrom !== undefined;
  return (
    <span className="mode">
      <span className={`pill pill-${tone}`}>
        <Icon size={14} aria-hidden />
        {words}
      </span>
      {later ? (
        <span className="small quiet">refuses from {date(`${enforceFrom}T12:00:00Z`, now)}</span>
      ) : null}
    </span>
  );
}
