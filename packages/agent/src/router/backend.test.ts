import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Backend, idleLimit, pickBackend } from './backend.ts';

const settings = { parseHead: () => undefined, idleMs: 4_000, maximumIdle: 64 };
const now = 1_000;

const states = fc.array(fc.record({ inFlight: fc.nat(5), ejected: fc.boolean() }), {
  minLength: 1,
  maxLength: 8,
});

const backendsOf = (all: readonly { inFlight: number; ejected: boolean }[]): readonly Backend[] =>
  all.map(({ inFlight, ejected }, index) => {
    const backend = new Backend(`i${index}`, 20_000 + index, settings);
    for (let count = 0; count < inFlight; count++) backend.enter();
    if (ejected) backend.ejectedUntil = now + 1;
    return backend;
  });

test('the fewest in flight of those that did not refuse is picked, and there is always one', () => {
  fc.assert(
    fc.property(states, fc.nat(1_000), (all, turn) => {
      const backends = backendsOf(all);
      const picked = pickBackend(backends, turn, now);

      const usable = backends.filter(({ ejectedUntil }) => ejectedUntil <= now);
      const candidates = usable.length > 0 ? usable : backends;
      expect(candidates).toContain(picked);
      expect(picked?.inFlight).toBe(Math.min(...candidates.map(({ inFlight }) => inFlight)));
    }),
  );
});

test('the one that just failed is picked again only when it is the only one', () => {
  fc.assert(
    fc.property(states, fc.nat(1_000), fc.nat(7), (all, turn, index) => {
      const backends = backendsOf(all);
      const avoid = backends[index % backends.length] as Backend;

      expect(pickBackend(backends, turn, now, avoid) === avoid).toBe(backends.length === 1);
    }),
  );
});

test('equals take turns', () => {
  const backends = backendsOf(Array(3).fill({ inFlight: 0, ejected: false }));

  const picked = [0, 1, 2, 3, 4, 5].map((turn) => pickBackend(backends, turn, now)?.instanceId);

  expect(picked).toEqual(['i0', 'i1', 'i2', 'i0', 'i1', 'i2']);
});

test('nothing can be picked from nothing', () => {
  expect(pickBackend([], 0, now)).toBeUndefined();
});

test('a resting connection is given up well before the application closes it', () => {
  expect(idleLimit(4_000, undefined)).toBe(4_000);
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 600 }), (seconds) => {
      const limit = idleLimit(4_000, seconds * 1_000);
      expect(limit).toBeLessThanOrEqual(4_000);
      expect(limit).toBeLessThanOrEqual(seconds * 1_000 - 500);
    }),
  );
});
