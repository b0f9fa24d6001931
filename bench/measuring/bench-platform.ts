import { startPlatform, type TestPlatform } from '../../test/e2e/support/platform.ts';

/**
 * Has a platform of its own for one group of figures, and takes it down with everything on it, also when the
 * signal ends the measurement early: whatever still talks to it then fails, and so ends.
 */
export async function withPlatform<T>(
  signal: AbortSignal,
  measure: (platform: TestPlatform) => Promise<T>,
): Promise<T> {
  signal.throwIfAborted();
  await using platform = await startPlatform();
  const aborted = new Promise<never>((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
  });
  return await Promise.race([measure(platform), aborted]);
}
