import { Duration } from '@pltf/contracts';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { durationMs, durationText, instanceRange } from './units.ts';

test.each([
  ['300ms', 300],
  ['30s', 30_000],
  ['5m', 300_000],
  ['2h', 7_200_000],
  ['7d', 604_800_000],
])('%s are %i ms', (text, ms) => {
  expect(durationMs(text)).toBe(ms);
  expect(durationText(ms)).toBe(text);
});

test('what no larger unit says whole is said in a smaller one', () => {
  expect([90_000, 1_500, 3_600_000].map(durationText)).toEqual(['90s', '1500ms', '1h']);
});

test('what the schema lets pass is a duration, and nothing else is', () => {
  const text = fc.oneof(
    fc.stringMatching(/^[1-9][0-9]{0,5}(ms|s|m|h|d)$/),
    fc.string({ maxLength: 8 }),
  );
  fc.assert(
    fc.property(text, (value) => {
      if (Duration.safeParse(value).success) expect(durationMs(value)).toBeGreaterThan(0);
      else if (!/^\d+(ms|s|m|h|d)$/.test(value))
        expect(() => durationMs(value)).toThrow(RangeError);
    }),
  );
});

test.each([
  [3, { minimum: 3, maximum: 3 }],
  ['2..6', { minimum: 2, maximum: 6 }],
  ['4..4', { minimum: 4, maximum: 4 }],
  ['6..2', undefined],
])('instances %s', (value, range) => {
  expect(instanceRange(value)).toEqual(range);
});
