import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, it } from 'vitest';
import { firstAnswer, now } from './first-answer.ts';

async function serving(answers: readonly string[]) {
  let asked = 0;
  const server = createServer((_request, response) => {
    response.end(answers[Math.min(asked, answers.length - 1)]);
    asked += 1;
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://users.localhost:${port}/`,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

it('tells when the awaited answer came, and how often it asked', async () => {
  await using server = await serving(['old', 'old', 'new']);
  const before = now();

  const holds = (status: number, body: string): boolean => status === 200 && body === 'new';
  const { at, asked } = await firstAnswer({
    url: server.url,
    holds,
    signal: AbortSignal.timeout(5_000),
  });

  expect(asked).toBe(3);
  expect(at).toBeGreaterThan(before);
  expect(at).toBeLessThanOrEqual(now());
});

it('stops asking when it is told to', async () => {
  await using server = await serving(['old']);
  const signal = AbortSignal.timeout(50);

  await expect(firstAnswer({ url: server.url, holds: () => false, signal })).rejects.toThrow(
    'timeout',
  );
});
