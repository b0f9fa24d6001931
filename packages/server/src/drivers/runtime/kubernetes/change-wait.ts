import type { ClusterCache } from '../../cluster/cluster-cache.ts';

/** Looks at a namespace now and whenever something in it changes, until an answer is found. Rejects with the signal. */
export async function untilSeen<T>(
  cache: ClusterCache,
  namespace: string,
  find: () => T | undefined,
  signal: AbortSignal,
): Promise<T> {
  return new Promise((resolve, reject) => {
    const stopped = (): void => {
      stop();
      reject(signal.reason);
    };
    const check = (): boolean => {
      const found = find();
      if (found === undefined) return false;
      stop();
      signal.removeEventListener('abort', stopped);
      resolve(found);
      return true;
    };
    const stop = cache.onChange((changed) => void (changed === namespace && check()));
    if (signal.aborted) stopped();
    else if (!check()) signal.addEventListener('abort', stopped, { once: true });
  });
}
