import { Id } from '@pltf/contracts';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { newId } from './ids.ts';

test('an id says what it names and passes as one at every edge', () => {
  expect(Id.safeParse(newId('run')).success).toBe(true);
  expect(newId('op')).toMatch(/^op_[0-9a-hjkmnp-tv-z]{26}$/);
});

test('ids sort by age', () => {
  fc.assert(
    fc.property(fc.nat(4_000_000_000_000), fc.integer({ min: 1, max: 1_000_000 }), (at, later) => {
      const ids = [newId('run', new Date(at)), newId('run', new Date(at + later))];

      expect(ids.toSorted()).toEqual(ids);
    }),
  );
});

test('every bit of chance counts', () => {
  const now = new Date(0);
  const chances = Array.from({ length: 80 }, (_, bit) => {
    const bytes = new Uint8Array(10);
    bytes[bit >> 3] = 1 << (bit & 7);
    return newId('run', now, bytes);
  });

  expect(new Set(chances).size).toBe(80);
});
