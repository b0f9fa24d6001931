import {
  ArrowDownToLine,
  Braces,
  Download,
  Eraser,
  Pause,
  Play,
  ScrollText,
  WrapText,
} from 'lucide-react';
import { type ReactNode, useMemo, useState } from 'react';
import { plural } from '../format/count.ts';
import { Button } from '../parts/button.tsx';
import { Empty } from '../parts/empty.tsx';
import { LogFilters } from './log-filters.tsx';
import { asText, instancesOf, type LogFilter, matching } from './log-lines.ts';
import type { OpenLog } from './log-reader.ts';
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

/** Live lines with everything one does to them: filter, pause, wrap, follow, take along. */
export function LogPanel({
  open,
  source,
  ends = false,
  name,
  head,
  origin = 'instance',
}: LogPanelProps): ReactNode {
  const { buffer, state, clear } = useLog({ open, source, ends });
  const [filter, setFilter] = useState<LogFilter>({
    text: '',
    instances: new Set(),
    onlyErrors: false,
  });
  const [paused, setPaused] = useState<typeof buffer.lines>();
  const [wrap, setWrap] = useState(true);
  const [raw, setRaw] = useState(false);
  const voices = useMemo(() => instancesOf(buffer.lines), [buffer.lines]);
  const lines = useMemo(
    () => matching(paused ?? buffer.lines, filter),
    [paused, buffer.lines, filter],
  );
  const { area, following, follow, onScroll } = useFollowing(lines);
  const missed =
    paused === undefined
      ? 0
      : buffer.lines.filter(({ id }) => id > (paused.at(-1)?.id ?? -1)).length;
  const waiting = state.is === 'following' && !ends;
  return (
    <section className="panel log" aria-label={`Log of ${name}`}>
      <div className="log-bar">
        {head}
        <LogFilters filter={filter} voices={voices} origin={origin} onChange={setFilter} />
        <div className="row log-tools">
          <Button
            size="small"
            icon={
              paused === undefined ? (
                <Pause size={14} aria-hidden />
              ) : (
                <Play size={14} aria-hidden />
              )
            }
            aria-pressed={paused !== undefined}
            onClick={() => setPaused(paused === undefined ? buffer.lines : undefined)}
          >
            {paused === undefined ? 'Pause' : missed === 0 ? 'Resume' : `Resume (${missed} new)`}
          </Button>
          <Tool
            icon={<Braces size={14} aria-hidden />}
            label="Structured lines as they were written"
            pressed={raw}
            onClick={() => setRaw(!raw)}
          />
          <Tool
            icon={<WrapText size={14} aria-hidden />}
            label="Wrap long lines"
            pressed={wrap}
            onClick={() => setWrap(!wrap)}
          />
          <Tool
            icon={<Eraser size={14} aria-hidden />}
            label="Clear what is shown"
            onClick={clear}
          />
          <Tool
            icon={<Download size={14} aria-hidden />}
            label="Download what is shown"
            onClick={() => download(name, asText(lines))}
          />
        </div>
      </div>
      <div className="log-frame">
        {lines.length === 0 ? (
          <Empty
            small
            icon={ScrollText}
            title={
              buffer.lines.length > 0
                ? 'No line passes the filter'
                : state.is === 'ended'
                  ? 'It wrote nothing'
                  : 'No lines yet'
            }
            text={
              buffer.lines.length > 0
                ? `${plural(buffer.lines.length, 'line')} held.`
                : waiting
                  ? 'They appear here as they are written.'
                  : 'Nothing was written to its log.'
            }
          />
        ) : (
          <LogView
            ref={area}
            lines={lines}
            voices={voices}
            wrap={wrap}
            raw={raw}
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
      <p className="log-foot small" role="status">
        <span
          className={`dot dot-${state.is === 'failed' ? 'away' : state.is === 'ended' || paused !== undefined ? 'connecting' : 'live'}`}
          aria-hidden
        />
        {state.is === 'failed'
          ? state.words
          : state.is === 'ended'
            ? 'Ended'
            : paused === undefined
              ? 'Live'
              : 'Paused'}
        <span className="faint">
          {plural(lines.length, 'line')}
          {buffer.dropped === 0 ? '' : `, ${plural(buffer.dropped, 'older one')} dropped`}
        </span>
      </p>
    </section>
  );
}

interface ToolProps {
  readonly icon: ReactNode;
  readonly label: string;
  readonly pressed?: boolean;
  readonly onClick: () => void;
}

function Tool({ icon, label, pressed, onClick }: ToolProps): ReactNode {
  return (
    <Button
      size="small"
      icon={icon}
      aria-label={label}
      title={label}
      {...(pressed === undefined ? {} : { 'aria-pressed': pressed })}
      onClick={onClick}
    />
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
