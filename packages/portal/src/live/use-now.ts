import { useSyncExternalStore } from 'react';

/** One timer for each pace, shared by everything on the page that shows time passing. */
function createTicker(everyMs: number) {
  const listeners = new Set<() => void>();
  let now = Date.now();
  let timer: ReturnType<typeof setInterval> | undefined;
  const tick = (): void => {
    now = Date.now();
    for (const listener of listeners) listener();
  };
  return {
    get: () => now,
    subscribe: (listener: () => void) => {
      if (listeners.size === 0) {
        now = Date.now();
        timer = setInterval(tick, everyMs);
      }
      listeners.add(listener);
      return () => {
        listeners.delete(listener);
        if (listeners.size === 0) clearInterval(timer);
      };
    },
  };
}

const slow = createTicker(10_000);
const fast = createTicker(200);

/** The time now, in milliseconds: every ten seconds, or five times a second while something runs. */
export const useNow = (running = false): number => {
  const ticker = running ? fast : slow;
  return useSyncExternalStore(ticker.subscribe, ticker.get);
};
