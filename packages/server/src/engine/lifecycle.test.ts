import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { Lifecycle } from './lifecycle.ts';

test('what was started last is stopped first, one after the other', async () => {
  const order: string[] = [];
  const lifecycle = new Lifecycle();
  for (const name of ['pool', 'session', 'http']) {
    lifecycle.started(name, async () => {
      order.push(`${name} begins`);
      await sleep(5);
      order.push(`${name} ends`);
    });
  }

  const stuck = await lifecycle.stop(1_000);

  expect(stuck).toEqual([]);
  expect(order).toEqual([
    'http begins',
    'http ends',
    'session begins',
    'session ends',
    'pool begins',
    'pool ends',
  ]);
});

test('one deadline for all: what hangs or fails is named, and the rest is stopped all the same', async () => {
  let stopped = false;
  const lifecycle = new Lifecycle();
  lifecycle.started('pool', async () => {
    stopped = true;
  });
  lifecycle.started('throwing', () => {
    throw new Error('at once');
  });
  lifecycle.started('failing', async () => {
    throw new Error('later');
  });
  lifecycle.started('hanging', () => new Promise(() => undefined));
  const began = Date.now();

  const stuck = await lifecycle.stop(100);

  expect(stuck).toContain('hanging');
  expect(stuck).toContain('failing');
  expect(stuck).toContain('throwing');
  expect(stopped).toBe(true);
  expect(Date.now() - began).toBeLessThan(2_000);
});

test('stopping twice stops once', async () => {
  let stops = 0;
  const lifecycle = new Lifecycle();
  lifecycle.started('pool', async () => {
    stops += 1;
  });

  await lifecycle.stop(100);
  await lifecycle.stop(100);

  expect(stops).toBe(1);
});
