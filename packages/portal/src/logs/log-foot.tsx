import { ScrollText } from 'lucide-react';
import type { ReactNode } from 'react';
import { plural } from '../format/count.ts';
import { Empty } from '../parts/empty.tsx';
import type { LogState } from './log-reader.ts';

interface LogFootProps {
  readonly state: LogState;
  readonly paused: boolean;
  readonly lines: number;
  readonly dropped: number;
}

function wordsOf(state: LogState, paused: boolean): string {
  if (state.is === 'failed') return state.words;
  if (state.is === 'ended') return 'Ended';
  return paused ? 'Paused' : 'Live';
}

/** Whether lines still come. Only that is read out; the count changes with every line. */
export function LogFoot({ state, paused, lines, dropped }: LogFootProps): ReactNode {
  const quiet = state.is === 'ended' || paused;
  const dot = state.is === 'failed' ? 'away' : quiet ? 'connecting' : 'live';
  return (
    <p className="log-foot small">
      <span className={`dot dot-${dot}`} aria-hidden />
      <span role="status">{wordsOf(state, paused)}</span>
      <span className="faint">
        {plural(lines, 'line')}
        {dropped === 0 ? '' : `, ${plural(dropped, 'older one')} dropped`}
      </span>
    </p>
  );
}

interface LogEmptyProps {
  /** Lines that are there, but do not pass the filter. */
  readonly held: number;
  readonly state: LogState;
}

export function LogEmpty({ held, state }: LogEmptyProps): ReactNode {
  if (held > 0) {
    return (
      <Empty
        small
        icon={ScrollText}
        title="No line passes the filter"
        text={`${plural(held, 'line')} held.`}
      />
    );
  }
  return state.is === 'ended' ? (
    <Empty small icon={ScrollText} title="It wrote nothing" text="Its log is empty." />
  ) : (
    <Empty
      small
      icon={ScrollText}
      title="No lines yet"
      text="They appear here as they are written."
    />
  );
}
