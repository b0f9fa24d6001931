import { ArrowDownToLine } from 'lucide-react';
import { type ReactNode, useMemo, useState } from 'react';
import { Button } from '../parts/button.tsx';
import { LogFilters } from './log-filters.tsx';
import { LogEmpty, LogFoot } from './log-foot.tsx';
import { asText, instancesOf, type LogFilter, matching } from './log-lines.ts';
import type { OpenLog } from './log-reader.ts';
import { LogTools } from './log-tools.tsx';
import { LogView } from './log-view.tsx';
import { useFollowing } from './use-following.ts';
import { useLog } from './use-log.ts';

interface LogPanelProps {
  readonly open: OpenLog;
  readonly source: string;
  readonly ends?: boolean;
  /** For the file's name: `users-api.prod`. */
  readonly name: string;
  readonly head?: ReactNode;
  /** What a line's origin is called: instance, or step. */
  readonly origin?: string;
}

const everything: LogFilter = { text: '', instances: new Set(), onlyErrors: false };

/** Live lines with everything one does to them: filter, pause, wrap, follow, take along. */
export function LogPanel(props: LogPanelProps): ReactNode {
  const { open, source, ends = false, name, head, origin = 'instance' } = props;
  const { buffer, state, clear } = useLog({ open, source, ends });
  const [filter, setFilter] = useState(everything);
  const [paused, setPaused] = useState<typeof buffer.lines>();
  const [look, setLook] = useState({ wrap: true, raw: false });
  const voices = useMemo(() => instancesOf(buffer.lines), [buffer.lines]);
  const shown = paused ?? buffer.lines;
  const lines = useMemo(() => matching(shown, filter), [shown, filter]);
  const { area, following, follow, onScroll } = useFollowing(lines);
  const newest = paused?.at(-1)?.id ?? -1;
  const missed = paused === undefined ? 0 : buffer.lines.filter(({ id }) => id > newest).length;
  return (
    <section className="panel log" aria-label={`Log of ${name}`}>
      <div className="log-bar">
        {head}
        <LogFilters filter={filter} voices={voices} origin={origin} onChange={setFilter} />
        <LogTools
          paused={paused !== undefined}
          missed={missed}
          look={look}
          onPause={() => setPaused(paused === undefined ? buffer.lines : undefined)}
          onLook={setLook}
          onClear={clear}
          onDownload={() => download(name, asText(lines))}
        />
      </div>
      <div className="log-frame">
        {lines.length === 0 ? (
          <LogEmpty held={buffer.lines.length} state={state} />
        ) : (
          <LogView
            ref={area}
            lines={lines}
            voices={voices}
            wrap={look.wrap}
            raw={look.raw}
            onScroll={onScroll}
            label={`Lines of ${name}`}
          />
        )}
        {following || paused !== undefined || lines.length === 0 ? null : (
          <Button
            className="log-follow"
            size="small"
            look="primary"
            icon={<ArrowDownToLine size={14} aria-hidden />}
            onClick={follow}
          >
            Follow
          </Button>
        )}
      </div>
      <LogFoot
        state={state}
        paused={paused !== undefined}
        lines={lines.length}
        dropped={buffer.dropped}
      />
    </section>
  );
}

function download(name: string, text: string): void {
  const url = URL.createObjectURL(new Blob([text], { type: 'text/plain' }));
  const link = document.createElement('a');
  link.href = url;
  link.download = `${name}-${new Date().toISOString().slice(0, 19).replaceAll(':', '')}.log`;
  link.click();
  // The browser reads it after the click; a minute is ample.
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}
