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
