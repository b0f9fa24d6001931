import fc from 'fast-check';
import { expect, test } from 'vitest';
import { nearest } from './nearest.ts';

test.each([
  ['comand', ['command', 'build', 'env'], 'command'],
  ['nmae', ['name', 'env'], 'name'],
  ['NAME', ['name'], 'name'],
  ['users-ap', ['users-api', 'users-app', 'orders'], 'users-api'],
  ['xyz', ['name', 'env'], undefined],
  ['', ['a'], 'a'],
  ['', ['long'], undefined],
])('%s among %j means %s', (text, candidates, meant) => {
  expect(nearest(text, candidates)).toBe(meant);
});

test('one of the candidates is nearest to itself, and what comes is a candidate', () => {
  fc.assert(
    fc.property(
      fc.array(fc.string({ maxLength: 30 }), { minLength: 1 }),
      fc.string({ maxLength: 30 }),
      (candidates, text) => {
        const found = nearest(text, candidates);

        if (found !== undefined) expect(candidates).toContain(found);
        expect(nearest(candidates[0]!, candidates)?.toLowerCase()).toBe(
          candidates[0]!.toLowerCase(),
        );
      },
    ),
  );
});

test('ten thousand names and a long text take no time worth mentioning', () => {
  const candidates = Array.from({ length: 10_000 }, (_, index) => `service-number-${index}`);
  const began = performance.now();

  nearest('x'.repeat(10_000), candidates);
  nearest('service-nubmer-77', candidates);

  expect(performance.now() - began).toBeLessThan(3_000);
});
