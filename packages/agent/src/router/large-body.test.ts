import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, test } from 'vitest';
import { ask, rawClient, statusOf } from './testing/client.ts';
import { routerTo } from './testing/router.ts';
import { httpUpstream, rawUpstream } from './testing/upstream.ts';

const size = 50 * 1024 ** 2;
const piece = Buffer.alloc(64 * 1024, 'pltf');
const pieces = size / piece.length;

function hashOf(stream: IncomingMessage): Promise<string> {
  const hash = createHash('sha256');
  stream.on('data', (bytes: Buffer) => hash.update(bytes));
  return once(stream, 'end').then(() => hash.digest('hex'));
}

const expected = createHash('sha256');
for (let count = 0; count < pieces; count++) expected.update(piece);
const digest = expected.digest('hex');

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

/** Bytes of buffers that are still in use in this process, which is client, router and application at once. */
function buffersInUse(): number {
  collectGarbage();
  collectGarbage();
  return process.memoryUsage().arrayBuffers;
}

test.each(['length', 'chunks'])('50 MiB go up by %s in bounded memory', async (framing) => {
  let begin = (): void => undefined;
  const upstream = await httpUpstream((message, response) => {
    message.pause();
    begin = () => {
      void hashOf(message).then((hash) => response.end(hash));
      message.resume();
    };
  });
  const { port } = await routerTo([upstream.port]);
  const headers =
    framing === 'length' ? { host: 'app.test', 'content-length': size } : { host: 'app.test' };
  const before = buffersInUse();

  const sent = request({ host: '127.0.0.1', port, method: 'POST', headers });
  const answered = once(sent, 'response') as Promise<[IncomingMessage]>;
  let written = 0;
  const sending = (async () => {
    for (; written < pieces; written++) if (!sent.write(piece)) await once(sent, 'drain');
    sent.end();
  })();
  await sleep(500);
  const [stuckAt, held] = [written, buffersInUse() - before];
  begin();
  await sending;
  const [answer] = await answered;

  expect((await answer.toArray()).join('')).toBe(digest);
  // The rest of what was written is in the kernel.
  expect(stuckAt).toBeLessThan(pieces / 2);
  expect(held).toBeLessThan(8 * 1024 ** 2);
});

test.each(['length', 'chunks'])('50 MiB come down by %s in bounded memory', async (framing) => {
  let written = 0;
  const upstream = await httpUpstream((_message, response) => {
    if (framing === 'length') response.setHeader('content-length', size);
    const more = (): void => {
      while (written++ < pieces) if (!response.write(piece)) return;
      response.end();
    };
    response.on('drain', more);
    more();
  });
  const { port } = await routerTo([upstream.port]);
  const before = buffersInUse();

  const sent = request({ host: '127.0.0.1', port, headers: { host: 'app.test' } });
  sent.end();
  const [answer] = (await once(sent, 'response')) as [IncomingMessage];
  await sleep(500);
  const [stuckAt, held] = [written, buffersInUse() - before];

  expect(await hashOf(answer)).toBe(digest);
  expect(stuckAt).toBeLessThan(pieces / 2);
  expect(held).toBeLessThan(8 * 1024 ** 2);
});

test('a body beyond the maximum is refused before it is read, or as soon as it is known', async () => {
  let bytes = 0;
  const upstream = await httpUpstream((message) => {
    message.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
    });
    message.on('error', () => undefined);
  });
  const { router, port } = await routerTo([upstream.port], { limits: { bodyBytes: 100_000 } });

  const announced = await rawClient(port);
  announced.write('POST / HTTP/1.1\r\nHost: app.test\r\nContent-Length: 100001\r\n\r\n');
  const refused = await announced.until((received) => received.includes('\r\n\r\n'));
  const reached = bytes;
  const chunked = await rawClient(port);
  chunked.write('POST / HTTP/1.1\r\nHost: app.test\r\nTransfer-Encoding: chunked\r\n\r\n');
  for (let count = 0; count < 3; count++) chunked.write(`c350\r\n${'x'.repeat(50_000)}\r\n`);
  const cut = await chunked.until((received) => received.includes('\r\n\r\n'));

  expect([refused, cut].map(statusOf)).toEqual([413, 413]);
  expect(reached).toBe(0);
  expect(bytes).toBeLessThanOrEqual(100_000);
  expect(router.counters('app.prod')).toMatchObject({ requests: 2, failures: 0, clientEnded: 2 });
});

test('a client that is told to continue is not told so for a body that is too large', async () => {
  const upstream = await httpUpstream((_message, response) => response.end());
  const { port } = await routerTo([upstream.port], { limits: { bodyBytes: 10 } });

  const client = await rawClient(port);
  client.write(
    'POST / HTTP/1.1\r\nHost: app.test\r\nContent-Length: 11\r\nExpect: 100-continue\r\n\r\n',
  );

  expect(statusOf(await client.closed())).toBe(413);
});

test('an early answer reaches a client that is still sending; what it sends is thrown away', async () => {
  const upstream = await httpUpstream((_message, response) => {
    response.writeHead(401).end('who are you?');
  });
  const { port } = await routerTo([upstream.port]);

  const answer = await ask(port, { method: 'POST', body: Buffer.alloc(5_000_000) });

  expect(answer).toMatchObject({ status: 401, body: 'who are you?' });
});

test('a client that goes on sending after an early answer is cut after a while', async () => {
  const upstream = await httpUpstream((_message, response) => response.writeHead(401).end());
  const { port } = await routerTo([upstream.port], { timeouts: { lingerMs: 200 } });

  const client = await rawClient(port);
  client.write('POST / HTTP/1.1\r\nHost: app.test\r\nContent-Length: 1000000\r\n\r\n');
  const timer = setInterval(() => client.write('x'), 20);
  const answer = await client.closed().finally(() => clearInterval(timer));

  expect(statusOf(answer)).toBe(401);
});

test('a connection whose request was not sent whole is not used again', async () => {
  const upstream = await rawUpstream((socket) =>
    socket.once('data', () => {
      socket.write('HTTP/1.1 401 Unauthorized\r\nContent-Length: 2\r\n\r\nno');
      socket.on('data', () => undefined);
    }),
  );
  const { port } = await routerTo([upstream.port]);

  const client = await rawClient(port);
  client.write('POST / HTTP/1.1\r\nHost: app.test\r\nContent-Length: 1000000\r\n\r\nfew');
  await client.until((received) => received.endsWith('no'));
  const next = await ask(port);

  expect(next.body).toBe('no');
  expect(upstream.connections()).toBe(2);
});
