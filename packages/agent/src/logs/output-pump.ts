import { type FSWatcher, watch } from 'node:fs';
import type { LogLine } from '@pltf/contracts';
import { createLineSplitter } from './line-splitter.ts';
import type { LogStore } from './log-store.ts';
import { openRawOutput } from './raw-output.ts';

/** Moves what a program writes into the kept log, until it is told that the program has ended. */
export interface OutputPump {
  /** Reads the rest and stops. */
  finish(): void;
  /** Stops without reading: a later agent goes on. */
  close(): void;
}

export interface OutputPumpOptions {
  readonly file: string;
  readonly stream: LogLine['stream'];
  readonly instance: string;
  readonly store: LogStore;
  readonly fallocate: string | undefined;
  /** Bytes a second that are kept; what is more is left out and said. Undefined: everything is kept. */
  readonly bytesPerSecond: number | undefined;
  /** Bytes in the store after which everything is left out. */
  readonly storeLimit: number | undefined;
  readonly now: () => Date;
}

/** After an event the file is read at most this often, however much the program writes. */
const pauseMs = 20;
/** A line without its end (a prompt, a progress bar) is shown after this time. */
const unfinishedMs = 300;
const chunkBytes = 256 * 1024;

export function startOutputPump(options: OutputPumpOptions): OutputPump {
  const raw = openRawOutput(options.file, options.fallocate);
  const splitter = createLineSplitter();
  const allowance = createAllowance(options.bytesPerSecond);
  let watcher: FSWatcher | undefined;
  let timer: NodeJS.Timeout | undefined;
  let silenced = false;
  let closed = false;

  const say = (text: string, stream: LogLine['stream'] = 'platform') =>
    options.store.append([
      { at: options.now().toISOString(), instance: options.instance, stream, text },
    ]);

  const emit = (texts: readonly string[]) => {
    const at = options.now().toISOString();
    const { instance, stream } = options;
    options.store.append(texts.map((text) => ({ at, instance, stream, text })));
  };

  const isFull = () => {
    if (options.storeLimit === undefined || options.store.bytes < options.storeLimit) return false;
    if (!silenced) say(`The output is cut here: more than ${mebibytes(options.storeLimit)} MiB.`);
    silenced = true;
    return true;
  };

  /** Goes to the newest part when more waits than may be kept in a second. */
  const leaveOut = () => {
    const most = options.bytesPerSecond;
    if (most === undefined || raw.pending() <= most) return;
    const left = raw.skip(most / 2);
    say(`${left} bytes of output were left out: it writes more than is kept.`);
  };

  /** Reads once; true when more may wait. */
  const step = (all: boolean): boolean => {
    if (isFull()) {
      raw.skip(0);
      raw.commit(splitter.waiting);
      return false;
    }
    if (!all) leaveOut();
    const limit = all ? chunkBytes : Math.min(chunkBytes, allowance.left());
    if (limit <= 0) return true;
    const chunk = raw.read(limit);
    if (chunk.length === 0) return false;
    allowance.use(chunk.length);
    emit(splitter.push(chunk));
    raw.commit(splitter.waiting);
    return true;
  };

  const listen = () => {
    if (closed) return;
    watcher = watch(options.file, () => {
      watcher?.close();
      watcher = undefined;
      timer = setTimeout(turn, 1);
    });
    watcher.on('error', () => undefined);
    // Written between the last read and the watch.
    if (raw.pending() > 0) turn();
  };

  const turn = () => {
    watcher?.close();
    watcher = undefined;
    clearTimeout(timer);
    if (closed) return;
    if (step(false)) timer = setTimeout(turn, pauseMs);
    else if (splitter.waiting > 0) timer = setTimeout(flush, unfinishedMs);
    else listen();
  };

  const flush = () => {
    if (!step(false)) {
      emit(splitter.flush());
      raw.commit(0);
    }
    turn();
  };

  const close = () => {
    if (closed) return;
    closed = true;
    watcher?.close();
    clearTimeout(timer);
    raw.close();
  };

  turn();
  return {
    finish() {
      if (closed) return;
      leaveOut();
      while (step(true));
      emit(splitter.flush());
      raw.commit(0);
      close();
    },
    close,
  };
}

const mebibytes = (bytes: number) => Math.round(bytes / (1024 * 1024));

/** A budget of bytes that fills up with time, at most to one second's worth. */
function createAllowance(perSecond: number | undefined) {
  let left = perSecond ?? Number.POSITIVE_INFINITY;
  let at = performance.now();
  return {
    left() {
      if (perSecond === undefined) return left;
      const now = performance.now();
      left = Math.min(perSecond, left + ((now - at) / 1000) * perSecond);
      at = now;
      return Math.floor(left);
    },
    use(bytes: number) {
      left -= bytes;
    },
  };
}
