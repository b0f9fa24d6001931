import { memo, type ReactNode, type RefObject } from 'react';
import { clockWithMillis, full } from '../format/time.ts';
import { plainText } from './ansi.ts';
import { levelTone, readJsonLine } from './json-line.ts';
import type { NumberedLine } from './log-lines.ts';

interface LogViewProps {
  readonly ref: RefObject<HTMLDivElement | null>;
  readonly lines: readonly NumberedLine[];
  readonly voices: readonly string[];
  readonly wrap: boolean;
  /** Structured lines as they were written. */
  readonly raw: boolean;
  readonly onScroll: () => void;
  readonly label: string;
}

/** Lines are drawn in blocks by their number, so that a new line draws its own block and no other again. */
const blockSize = 100;

export function LogView({
  ref,
  lines,
  voices,
  wrap,
  raw,
  onScroll,
  label,
}: LogViewProps): ReactNode {
  const several = voices.length > 1;
  return (
    <div
      ref={ref}
      className={wrap ? 'log-lines log-wrap' : 'log-lines'}
      role="log"
      aria-label={label}
      aria-live="off"
      // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- it scrolls, and not every browser lets the keyboard into what scrolls
      tabIndex={0}
      onScroll={onScroll}
    >
      {blocksOf(lines).map((block) => (
        <Block key={block[0]?.id} lines={block} voices={voices} several={several} raw={raw} />
      ))}
    </div>
  );
}

function blocksOf(lines: readonly NumberedLine[]): readonly (readonly NumberedLine[])[] {
  const blocks: NumberedLine[][] = [];
  let number = -1;
  for (const line of lines) {
    const own = Math.floor(line.id / blockSize);
    if (own !== number) blocks.push([]);
    number = own;
    blocks.at(-1)?.push(line);
  }
  return blocks;
}

interface BlockProps {
  readonly lines: readonly NumberedLine[];
  readonly voices: readonly string[];
  readonly several: boolean;
  readonly raw: boolean;
}

const sameBlock = (one: BlockProps, other: BlockProps): boolean =>
  one.several === other.several &&
  one.raw === other.raw &&
  one.voices.length === other.voices.length &&
  one.lines.length === other.lines.length &&
  one.lines[0]?.id === other.lines[0]?.id &&
  one.lines.at(-1)?.id === other.lines.at(-1)?.id;

const Block = memo(function Block({ lines, voices, several, raw }: BlockProps): ReactNode {
  return (
    <div className="log-block">
      {lines.map((line) => (
        <div key={line.id} className={`log-line log-${line.stream}`}>
          <time dateTime={line.at} title={full(line.at)}>
            {clockWithMillis(line.at)}
          </time>
          {several ? (
            <span
              className={`voice voice-${Math.max(0, voices.indexOf(line.instance)) % 8}`}
              title={line.instance}
            >
              {shortVoice(line.instance)}
            </span>
          ) : null}
          <span className="log-text">
            {line.stream === 'out' ? null : (
              <span className="log-stream">{line.stream === 'err' ? 'err' : 'pltf'}</span>
            )}
            <Words text={plainText(line.text)} raw={raw} />
          </span>
        </div>
      ))}
    </div>
  );
}, sameBlock);

/** A structured line by its level, its message and the rest; any other as it is. */
function Words({ text, raw }: { readonly text: string; readonly raw: boolean }): ReactNode {
  const line = raw ? undefined : readJsonLine(text);
  if (line === undefined) return text;
  return (
    <span title={text}>
      {line.level === undefined || line.level === 'info' ? null : (
        <span className={`log-level log-level-${levelTone(line.level)}`}>{line.level}</span>
      )}
      {line.message}
      {line.rest.map(([key, value]) => (
        <span key={key} className="log-field">
          {' '}
          {key}=<span className="log-value">{value}</span>
        </span>
      ))}
    </span>
  );
}

/** The end of a long name tells instances apart. */
const shortVoice = (name: string): string => (name.length > 22 ? `…${name.slice(-21)}` : name);
