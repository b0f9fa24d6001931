import { setTimeout as sleep } from 'node:timers/promises';

/** One request that waits for its turn. */
export interface Waiting<Request, Answer> {
  readonly request: Request;
  resolve(answer: Answer): void;
  reject(error: unknown): void;
}

/**
 * One thing at a time, in order; requests with the same key that come within the window are one thing. What comes while
 * another is at work joins the next.
 */
export interface Batches<Request, Answer> extends AsyncDisposable {
  add(key: string, request: Request): Promise<Answer>;
  alone(key: string, request: Request): Promise<Answer>;
}

export function batches<Request, Answer>(
  windowMs: number,
  work: (key: string, batch: readonly Waiting<Request, Answer>[]) => Promise<void>,
): Batches<Request, Answer> {
  const open = new Map<string, Waiting<Request, Answer>[]>();
  const closing = new AbortController();
  const windows = new Set<Promise<void>>();
  let tail: Promise<void> = Promise.resolve();

  const inTurn = (take: () => readonly Waiting<Request, Answer>[], key: string): void => {
    tail = tail.then(async () => {
      const batch = take();
      if (batch.length === 0) return;
      try {
        await work(key, batch);
      } catch (error) {
        for (const one of batch) one.reject(error);
      }
    });
  };
  const openWindow = (key: string): void => {
    const window = sleep(windowMs, undefined, { signal: closing.signal })
      .catch(() => undefined)
      .then(() => {
        windows.delete(window);
        inTurn(() => {
          const batch = open.get(key) ?? [];
          open.delete(key);
          return batch;
        }, key);
      });
    windows.add(window);
  };
  return {
    add: (key, request) =>
      new Promise((resolve, reject) => {
        const batch = open.get(key);
        if (batch !== undefined) {
          batch.push({ request, resolve, reject });
          return;
        }
        open.set(key, [{ request, resolve, reject }]);
        openWindow(key);
      }),
    alone: (key, request) =>
      new Promise((resolve, reject) => inTurn(() => [{ request, resolve, reject }], key)),
    [Symbol.asyncDispose]: async () => {
      closing.abort();
      await Promise.all(windows);
      await tail;
    },
  };
}
