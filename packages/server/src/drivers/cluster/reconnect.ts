const firstMs = 250;

/** How long to wait before try number `tries + 1`: doubling up to `longestMs`, with a half of chance. */
export function waitMs(tries: number, longestMs: number, chance: number = Math.random()): number {
  return Math.round(Math.min(firstMs * 2 ** Math.min(tries, 16), longestMs) * (0.5 + chance / 2));
}

/** Waits, or ends early with the signal; says which of both. */
export function pause(ms: number, signal: AbortSignal): Promise<boolean> {
  return new Promise((resolve) => {
    if (signal.aborted) {
      resolve(false);
      return;
    }
    const stop = (): void => {
      clearTimeout(timer);
      resolve(false);
    };
    const timer = setTimeout(() => {
      signal.removeEventListener('abort', stop);
      resolve(true);
    }, ms);
    signal.addEventListener('abort', stop, { once: true });
  });
}

/** What others wait for too, for one who may lose patience: rejects with the signal, and the work goes on. */
export function unlessAborted<T>(work: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return work;
  return new Promise((resolve, reject) => {
    const leave = (): void => {
      const { reason } = signal;
      reject(reason instanceof Error ? reason : new Error('aborted', { cause: reason }));
    };
    if (signal.aborted) leave();
    else signal.addEventListener('abort', leave, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', leave));
  });
}
