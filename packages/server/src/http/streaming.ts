import type { ServerResponse } from 'node:http';

export type StreamFormat = 'ndjson' | 'sse';

export interface StreamTimes {
  /** Between two comments that keep an idle event stream open, in milliseconds. */
  readonly heartbeatMs: number;
  /** How long a reader may leave what was sent unread, in milliseconds. */
  readonly slowestMs: number;
}

export const usualStreamTimes: StreamTimes = { heartbeatMs: 15_000, slowestMs: 30_000 };

export const contentTypes: Readonly<Record<StreamFormat, string>> = {
  ndjson: 'application/x-ndjson; charset=utf-8',
  sse: 'text/event-stream; charset=utf-8',
};

/** One item on the wire. Events carry their number, so that a browser resumes after it by itself. */
export function encodeItem(format: StreamFormat, item: unknown): string {
  const json = JSON.stringify(item);
  if (format === 'ndjson') return `${json}\n`;
  const { seq, type } =
    typeof item === 'object' && item !== null ? (item as { seq?: unknown; type?: unknown }) : {};
  const id = typeof seq === 'number' ? `id: ${seq}\n` : '';
  const name = typeof type === 'string' && /^[a-z-]+$/.test(type) ? `event: ${type}\n` : '';
  return `${id}${name}data: ${json}\n\n`;
}

/**
 * Writes items as they come, no faster than the reader reads. Ends when the items end, the signal is given or the
 * reader leaves; a reader that does not read for `slowestMs` is cut off, and may come again where it was.
 */
export async function writeItems(
  response: ServerResponse,
  format: StreamFormat,
  items: AsyncIterator<unknown>,
  first: Promise<IteratorResult<unknown>>,
  times: StreamTimes,
): Promise<void> {
  if (format === 'sse') response.write('retry: 1000\n\n');
  const heartbeat =
    format === 'sse'
      ? setInterval(() => {
          // A comment for a reader that is behind would only make it wait longer.
          if (!response.writableNeedDrain) response.write(': here\n\n');
        }, times.heartbeatMs)
      : undefined;
  try {
    for (let next = await first; next.done !== true; next = await items.next()) {
      // `writable` stays true on a response whose reader has left.
      if (response.destroyed) return;
      if (!response.write(encodeItem(format, next.value))) await drained(response, times.slowestMs);
    }
    response.end();
  } finally {
    clearInterval(heartbeat);
    await items.return?.();
  }
}

async function drained(response: ServerResponse, slowestMs: number): Promise<void> {
  await new Promise<void>((resolve) => {
    const done = (): void => {
      clearTimeout(timer);
      response.off('drain', done).off('close', done);
      resolve();
    };
    const timer = setTimeout(() => {
      response.destroy();
      done();
    }, slowestMs);
    response.once('drain', done).once('close', done);
  });
}

/**
 * Waits for the first item for a moment, so that what fails at once can be answered as a problem: then it throws.
 * Answers with the item that came or will come, once the stream is open.
 */
export async function firstItem(
  items: AsyncIterator<unknown>,
  opened: Promise<void>,
  patienceMs: number,
): Promise<{ readonly item: Promise<IteratorResult<unknown>> }> {
  const item = items.next();
  // Whoever goes on with it sees its failure; until then nobody is to be told.
  item.catch(() => undefined);
  let timer: NodeJS.Timeout | undefined;
  const patience = opened.then(
    () =>
      new Promise<void>((resolve) => {
        timer = setTimeout(resolve, patienceMs);
      }),
  );
  try {
    await Promise.race([item, patience]);
    return { item };
  } finally {
    clearTimeout(timer);
  }
}
