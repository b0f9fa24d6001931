import fc from 'fast-check';
import { expect, test } from 'vitest';
import { HoldQueue, type Waiting } from './hold-queue.ts';

const limits = { heldRequests: 5, heldBytes: 100 };

function waiting(heldBytes: number, order: Waiting[] = []): Waiting {
  const request: Waiting = {
    heldBytes,
    admit: () => order.push(request),
    refuse: () => undefined,
  };
  return request;
}

test('whoever comes and goes, what waits stays within the limits and there is room for what fits', () => {
  const step = fc.record({ bytes: fc.integer({ min: 1, max: 60 }), leave: fc.option(fc.nat(10)) });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const queue = new HoldQueue(limits);
      const inside: Waiting[] = [];
      const used = (): number => inside.reduce((sum, { heldBytes }) => sum + heldBytes, 0);
      for (const { bytes, leave } of steps) {
        const request = waiting(bytes);
        const fits = inside.length < limits.heldRequests && used() + bytes <= limits.heldBytes;
        expect(queue.add(request)).toBe(fits);
        if (fits) inside.push(request);
        const [gone] = leave === null ? [] : inside.splice(leave, 1);
        if (gone !== undefined) queue.remove(gone);
        expect(queue.size).toBe(inside.length);
      }
    }),
  );
});

test('all go on in their order, and the queue is empty before the first one does', () => {
  const queue = new HoldQueue(limits);
  const order: Waiting[] = [];
  const requests = [waiting(10, order), waiting(20, order), waiting(30, order)];
  for (const request of requests) queue.add(request);

  queue.admitAll();

  expect(order).toEqual(requests);
  expect(queue.size).toBe(0);
  expect(queue.add(waiting(100))).toBe(true);
});
