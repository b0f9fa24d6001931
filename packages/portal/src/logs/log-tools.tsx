import { Braces, Download, Eraser, Pause, Play, WrapText } from 'lucide-react';
import type { ReactNode } from 'react';
import { Button } from '../parts/button.tsx';

/** How lines are drawn. */
export interface LogLook {
  readonly wrap: boolean;
  /** Structured lines as they were written. */
  readonly raw: boolean;
}

interface LogToolsProps {
  readonly paused: boolean;
  /** Lines that came since it was paused. */
  readonly missed: number;
  readonly look: LogLook;
  readonly onPause: () => void;
  readonly onLook: (look: LogLook) => void;
  readonly onClear: () => void;
  readonly onDownload: () => void;
}

const size = 14;

export function LogTools(props: LogToolsProps): ReactNode {
  const { paused, missed, look, onPause, onLook, onClear, onDownload } = props;
  return (
    <div className="row log-tools">
      <Button
        size="small"
        icon={paused ? <Play size={size} aria-hidden /> : <Pause size={size} aria-hidden />}
        aria-pressed={paused}
        onClick={onPause}
      >
        {paused ? (missed === 0 ? 'Resume' : `Resume (${missed} new)`) : 'Pause'}
      </Button>
      <Tool
        icon={<Braces size={size} aria-hidden />}
        label="Structured lines as they were written"
        pressed={look.raw}
        onClick={() => onLook({ ...look, raw: !look.raw })}
      />
      <Tool
        icon={<WrapText size={size} aria-hidden />}
        label="Wrap long lines"
        pressed={look.wrap}
        onClick={() => onLook({ ...look, wrap: !look.wrap })}
      />
      <Tool
        icon={<Eraser size={size} aria-hidden />}
        label="Clear what is shown"
        onClick={onClear}
      />
      <Tool
        icon={<Download size={size} aria-hidden />}
        label="Download what is shown"
        onClick={onDownload}
      />
    </div>
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
