import fc from 'fast-check';
import { expect, test } from 'vitest';
import { bucketEnd, bucketOf, LatencyHistogram } from './latency-histogram.ts';

const hours = 3_600_000_000;

test('a duration falls into a bucket that holds it and is not wide', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 12 * hours }), (microseconds) => {
      const bucket = bucketOf(microseconds);
      expect(bucketEnd(bucket)).toBeGreaterThanOrEqual(microseconds);
      expect(bucketEnd(bucket)).toBeLessThanOrEqual(Math.max(31, microseconds * 1.0626));
      if (bucket > 0) expect(bucketEnd(bucket - 1)).toBeLessThan(microseconds);
    }),
    { numRuns: 2_000 },
  );
});

test('longer durations never fall into lower buckets', () => {
  fc.assert(
    fc.property(fc.nat(4 * hours), fc.nat(4 * hours), (one, other) => {
      expect(
        Math.sign(bucketOf(one) - bucketOf(other)) * Math.sign(one - other),
      ).toBeGreaterThanOrEqual(0);
    }),
  );
});

test('quantiles are those of the sorted durations, at most 6.25 % too high', () => {
  const durations = fc.array(fc.double({ min: 0, max: 100_000, noNaN: true }), {
    minLength: 1,
    maxLength: 200,
  });
  fc.assert(
    fc.property(durations, fc.constantFrom(0.5, 0.95, 0.99, 1), (milliseconds, share) => {
      const histogram = new LatencyHistogram();
      for (const duration of milliseconds) histogram.record(duration);
      const sorted = milliseconds.toSorted((one, other) => one - other);
      const exact = sorted[Math.ceil(sorted.length * share) - 1] as number;

      expect(histogram.quantile(share)).toBeGreaterThanOrEqual(exact - 0.001);
      expect(histogram.quantile(share)).toBeLessThanOrEqual(exact * 1.0626 + 0.001);
      expect(histogram.maximum).toBe(sorted.at(-1));
      expect(histogram.count).toBe(milliseconds.length);
    }),
  );
});

test('an empty histogram says 0', () => {
  expect(new LatencyHistogram().quantile(0.99)).toBe(0);
});
