import fc from 'fast-check';
import { expect, test } from 'vitest';
import { backoffMs } from './backoff.ts';

test.each([
  [0, 200],
  [1, 400],
  [5, 6_400],
  [9, 60_000],
  [10_000, 60_000],
])('attempt %i is followed by a wait of about %i ms', (attempts, ms) => {
  expect(backoffMs(attempts, 0.5)).toBe(ms);
});

test('a wait is never less than 160 ms nor more than 72 s, and chance spreads it', () => {
  fc.assert(
    fc.property(fc.nat(), fc.double({ min: 0, max: 1, noNaN: true }), (attempts, chance) => {
      const wait = backoffMs(attempts, chance);

      expect(wait).toBeGreaterThanOrEqual(160);
      expect(wait).toBeLessThanOrEqual(72_000);
    }),
  );
  expect(new Set(Array.from({ length: 20 }, () => backoffMs(9))).size).toBeGreaterThan(1);
});
