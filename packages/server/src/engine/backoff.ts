const firstMs = 200;
const longestMs = 60_000;

/** How long to wait before attempt number `attempts + 1`: doubling from 0.2 s to a minute, with a fifth of chance. */
export function backoffMs(attempts: number, chance: number = Math.random()): number {
  const plain = Math.min(firstMs * 2 ** Math.min(attempts, 20), longestMs);
  return Math.round(plain * (0.8 + 0.4 * chance));
}
