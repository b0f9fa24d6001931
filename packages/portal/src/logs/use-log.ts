import { useCallback, useEffect, useRef, useState } from 'react';
import { append, emptyBuffer, type LogBuffer } from './log-lines.ts';
import { type LogState, type OpenLog, readLog } from './log-reader.ts';

export interface LiveLog {
  readonly buffer: LogBuffer;
  readonly state: LogState;
  readonly clear: () => void;
}

/** More than this is what a download or the command line is for. */
const limit = 5000;

interface LogOptions {
  readonly open: OpenLog;
  /** What is read; a change begins anew. */
  readonly source: string;
  readonly ends: boolean;
}

/**
 * A log as it is written. While the page is hidden the connection is given back; a reader that returns gets
 * what it missed, without doubles.
 */
export function useLog({ open, source, ends }: LogOptions): LiveLog {
  const [buffer, setBuffer] = useState<LogBuffer>(emptyBuffer);
  const [state, setState] = useState<LogState>({ is: 'following' });
  const held = useRef({ buffer: emptyBuffer, source });
  const opener = useRef(open);
  const visible = useVisible();
  useEffect(() => {
    opener.current = open;
  });
  const show = useCallback((next: LogBuffer) => {
    held.current = { ...held.current, buffer: next };
    setBuffer(next);
  }, []);
  useEffect(() => {
    if (!visible) return undefined;
    if (held.current.source !== source) {
      held.current = { source, buffer: emptyBuffer };
      show(emptyBuffer);
    }
    const newest = (): string | undefined => held.current.buffer.lines.at(-1)?.at;
    let overlap = newest();
    return readLog({
      open: (signal) => opener.current(signal),
      ends,
      onState: setState,
      onReconnect: () => {
        overlap = newest();
      },
      onLines: (lines) => show(append(held.current.buffer, lines, limit, overlap)),
    });
  }, [source, visible, ends, show]);
  const clear = useCallback(
    () => show({ ...emptyBuffer, nextId: held.current.buffer.nextId }),
    [show],
  );
  return { buffer, state, clear };
}

function useVisible(): boolean {
  const [visible, setVisible] = useState(() => document.visibilityState === 'visible');
  useEffect(() => {
    const look = (): void => setVisible(document.visibilityState === 'visible');
    document.addEventListener('visibilitychange', look);
    return () => document.removeEventListener('visibilitychange', look);
  }, []);
  return visible;
}
