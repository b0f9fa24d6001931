import { expect, test } from 'vitest';
import { createStepLoop } from './step-loop.ts';

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

test('work asked for at any moment is done, and never twice at once', async () => {
  let open = 0;
  let done = 0;
  let wanted = 0;
  const loop = createStepLoop({
    retryMs: 5,
    failed: () => undefined,
    async pass() {
      open += 1;
      expect(open).toBe(1);
      const seen = wanted;
      await (seen % 3 === 0 ? Promise.resolve() : pause(0));
      done = seen;
      open -= 1;
      return false;
    },
  });

  for (let round = 0; round < 500; round += 1) {
    wanted += 1;
    const asked = loop.poke();
    // Also in the very moment in which the work is ending.
    if (round % 2 === 0) await asked;
    else await Promise.resolve();
  }
  await pause(50);

  expect(done).toBe(wanted);
  await loop.close();
});

test('work that fails is tried again later', async () => {
  let tries = 0;
  const problems: unknown[] = [];
  const loop = createStepLoop({
    retryMs: 5,
    failed: (error) => problems.push(error),
    pass() {
      tries += 1;
      return tries < 3 ? Promise.reject(new Error('full')) : Promise.resolve(false);
    },
  });

  await loop.poke();
  await pause(100);

  expect(tries).toBe(3);
  expect(problems).toHaveLength(2);
  await loop.close();
});

test('of several times the earliest counts, and none after the end', async () => {
  let passes = 0;
  const loop = createStepLoop({
    retryMs: 5,
    failed: () => undefined,
    pass() {
      passes += 1;
      return Promise.resolve(false);
    },
  });
  loop.pokeAfter(10_000);
  loop.pokeAfter(5);
  await pause(60);
  expect(passes).toBe(1);

  loop.pokeAfter(5);
  await loop.close();
  await pause(30);
  expect(passes).toBe(1);
});
