import { closeSync, constants, openSync, readFileSync, rmSync, writeSync } from 'node:fs';
import type { LogLine } from '@pltf/contracts';
import { z } from 'zod';
import type { LogStore } from '../logs/log-store.ts';
import type { EngineClient } from './engine-client.ts';
import { createFrameReader, type LogFrame, sinceOf } from './log-frames.ts';

/** Moves what a container writes into the kept log. */
export interface ContainerLog {
  /** Resolves when everything of an ended container was read, or after some seconds. */
  drained(): Promise<void>;
  /** Stops reading; a later agent goes on where this one stopped. */
  close(): void;
}

export interface ContainerLogOptions {
  readonly client: EngineClient;
  readonly container: string;
  readonly instance: string;
  readonly store: LogStore;
  /** Keeps how far the log was read. */
  readonly markFile: string;
  /** More than this in a second waits with the engine, which drops the oldest. Undefined: no limit. */
  readonly bytesPerSecond: number | undefined;
  /** Bytes in the store after which everything is left out. */
  readonly storeLimit: number | undefined;
}

/** The last message read, and how many of the same time were read before it. */
const Mark = z.object({ container: z.string(), at: z.string(), count: z.number().int() });
type Mark = z.infer<typeof Mark>;

const drainMs = 3000;
const firstPauseMs = 100;
const longestPauseMs = 2000;
const lineCharacters = 64 * 1024;
/** Longer than every mark, so that a shorter one leaves nothing of a longer one behind. */
const markBytes = 256;

export function startContainerLog(options: ContainerLogOptions): ContainerLog {
  const { client, container, store, instance } = options;
  const closing = new AbortController();
  const open: Record<LogFrame['stream'], string> = { out: '', err: '' };
  let mark = readMark(options);
  const markFile = openSync(options.markFile, constants.O_RDWR | constants.O_CREAT, 0o600);
  let resting: (() => void) | undefined;
  let silenced = false;
  let whenRead: (() => void)[] = [];

  /** The lines that are whole now; a piece waits for the rest of its line. */
  const linesOf = (frames: readonly LogFrame[]): readonly LogLine[] => {
    const lines: LogLine[] = [];
    for (const { stream, at, text, partial } of frames) {
      const line = (open[stream] + text).slice(0, lineCharacters);
      open[stream] = partial ? line : '';
      if (!partial) lines.push({ at: instant(at), instance, stream, text: line });
    }
    return lines;
  };

  const isFull = (): boolean => {
    if (options.storeLimit === undefined || store.bytes < options.storeLimit) return false;
    if (!silenced) {
      const text = `The output is cut here: more than ${Math.round(options.storeLimit / 1024 / 1024)} MiB.`;
      store.append([{ at: new Date().toISOString(), instance, stream: 'platform', text }]);
    }
    silenced = true;
    return true;
  };

  const take = (frames: readonly LogFrame[]) => {
    const last = frames.at(-1);
    if (last === undefined) return;
    if (!isFull()) store.append(linesOf(frames));
    const same = frames.filter(({ at }) => at === last.at).length;
    const before = mark?.at === last.at ? mark.count : 0;
    mark = { container, at: last.at, count: before + same };
    // In place and in one write: a killed agent leaves the mark before or this one, never half a file.
    writeSync(markFile, JSON.stringify(mark).padEnd(markBytes), 0);
  };

  const readOnce = async () => {
    const since = mark === undefined ? undefined : sinceOf(mark.at);
    const skip = { at: mark?.at, left: mark?.count ?? 0 };
    const isKnown = ({ at }: LogFrame) => at === skip.at && skip.left-- > 0;
    const query = { follow: '1', stdout: '1', stderr: '1', timestamps: '1', since };
    const path = `/containers/${container}/logs`;
    const stream = await client.stream({ method: 'GET', path, query, signal: closing.signal });
    const reader = createFrameReader();
    const pace = createPace(options.bytesPerSecond);
    for await (const chunk of stream as AsyncIterable<Buffer>) {
      if (closing.signal.aborted) return;
      take(reader.push(chunk).filter((frame) => !isKnown(frame)));
      await pace(chunk.length);
    }
  };

  const run = async () => {
    let pauseMs = firstPauseMs;
    while (!closing.signal.aborted) {
      const before = mark;
      // A stream that ends by itself belongs to a container that has ended.
      const waiting = whenRead.splice(0);
      const whole = await readOnce().then(
        () => true,
        () => false,
      );
      if (whole) [...waiting, ...whenRead.splice(0)].forEach((resolve) => resolve());
      else whenRead.push(...waiting);
      pauseMs = mark === before ? Math.min(pauseMs * 2, longestPauseMs) : firstPauseMs;
      await new Promise<void>((resolve) => {
        resting = resolve;
        void pause(pauseMs, closing.signal).then(resolve);
      });
      resting = undefined;
    }
    whenRead.forEach((resolve) => resolve());
    whenRead = [];
    closeSync(markFile);
  };
  void run();

  return {
    async drained() {
      if (closing.signal.aborted) return;
      const read = new Promise<void>((resolve) => whenRead.push(resolve));
      resting?.();
      await Promise.race([read, pause(drainMs, closing.signal)]);
    },
    close: () => closing.abort(),
  };
}

export const removeMark = (file: string): void => rmSync(file, { force: true });

function readMark({ markFile, container }: ContainerLogOptions): Mark | undefined {
  try {
    const mark = Mark.safeParse(JSON.parse(readFileSync(markFile, 'utf8')));
    return mark.success && mark.data.container === container ? mark.data : undefined;
  } catch {
    return undefined;
  }
}

const instant = (at: string): string => {
  const time = Date.parse(at);
  return new Date(Number.isNaN(time) ? Date.now() : time).toISOString();
};

/** Waits when more than a second's worth was read in this second. */
function createPace(perSecond: number | undefined): (bytes: number) => Promise<void> {
  let begin = performance.now();
  let bytes = 0;
  return async (more) => {
    if (perSecond === undefined) return;
    bytes += more;
    const passed = performance.now() - begin;
    if (bytes >= perSecond && passed < 1000) await pause(1000 - passed);
    if (performance.now() - begin >= 1000) {
      begin = performance.now();
      bytes = 0;
    }
  };
}

function pause(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal?.aborted === true) return resolve();
    const end = () => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', end);
      resolve();
    };
    const timer = setTimeout(end, ms);
    signal?.addEventListener('abort', end, { once: true });
  });
}
