import type { LogLine } from '@pltf/contracts';
import { isProblem, troubleOf } from '../api/problems.ts';

/** Opens a stream of lines. */
export type OpenLog = (signal: AbortSignal) => AsyncIterable<LogLine>;

export type LogState =
  | { readonly is: 'following' }
  | { readonly is: 'ended' }
  | { readonly is: 'failed'; readonly words: string };

export interface LogReader {
  readonly open: OpenLog;
  /** An end of the stream is the end of the log; otherwise it is a lost connection. */
  readonly ends: boolean;
  readonly onLines: (lines: readonly LogLine[]) => void;
  readonly onState: (state: LogState) => void;
  /** Called before each connection after the first: what comes next may begin with lines that are known. */
  readonly onReconnect: () => void;
}

const retryMs = 2000;

/** Reads until it is told to stop: lines gathered for a frame, lost connections taken up again. */
export function readLog(reader: LogReader): () => void {
  const stop = new AbortController();
  const gather = createGatherer(reader.onLines);
  void followUntilStopped(reader, gather.add, stop.signal);
  return () => {
    stop.abort();
    gather.flush();
  };
}

async function followUntilStopped(
  reader: LogReader,
  add: (line: LogLine) => void,
  signal: AbortSignal,
): Promise<void> {
  for (let connection = 0; !signal.aborted; connection += 1) {
    if (connection > 0) reader.onReconnect();
    reader.onState({ is: 'following' });
    try {
      for await (const line of reader.open(signal)) add(line);
      if (signal.aborted) return;
      if (reader.ends) {
        reader.onState({ is: 'ended' });
        return;
      }
    } catch (error) {
      if (signal.aborted) return;
      const { title, detail } = troubleOf(error);
      reader.onState({ is: 'failed', words: `${title}: ${detail}` });
      if (isProblem(error, 'not-found', 'forbidden', 'unauthenticated', 'bad-request')) return;
    }
    await new Promise((resolve) => setTimeout(resolve, retryMs));
  }
}

/** A busy log writes hundreds of lines between two frames; they are drawn at once. */
function createGatherer(onLines: (lines: readonly LogLine[]) => void) {
  let waiting: LogLine[] = [];
  let frame = 0;
  const flush = (): void => {
    cancelAnimationFrame(frame);
    frame = 0;
    const lines = waiting;
    waiting = [];
    if (lines.length > 0) onLines(lines);
  };
  return {
    flush,
    add: (line: LogLine): void => {
      waiting.push(line);
      if (frame === 0) frame = requestAnimationFrame(flush);
    },
  };
}
