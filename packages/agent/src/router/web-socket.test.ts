import { setTimeout as sleep } from 'node:timers/promises';
import { WebSocket } from 'undici';
import { expect, test } from 'vitest';
import { exchangeRaw, rawClient, statusOf } from './testing/client.ts';
import { route, routerTo, runningRouter } from './testing/router.ts';
import { rawUpstream } from './testing/upstream.ts';
import { frame, openWebSocket, upgradeRequest, webSocketUpstream } from './testing/web-socket.ts';

const text = 1;
const close = 8;

/** A client that keeps to the protocol by itself. */
async function politeClient(port: number) {
  const socket = new WebSocket(`ws://127.0.0.1:${port}/`);
  const messages: unknown[] = [];
  socket.addEventListener('message', (event) => messages.push(event.data));
  const closed = new Promise<{ code: number; clean: boolean }>((resolve) => {
    socket.addEventListener('close', ({ code, wasClean }) => resolve({ code, clean: wasClean }));
  });
  await new Promise((resolve, reject) => {
    socket.addEventListener('open', resolve);
    socket.addEventListener('error', reject);
  });
  return { socket, messages, closed };
}

async function politeRouter(port: number) {
  const running = await runningRouter();
  running.router.setRoute('app.prod', {
    hosts: ['127.0.0.1'],
    backends: [{ instanceId: 'i1', port }],
  });
  return running;
}

test('a web socket passes both ways and counts as open, not as in flight for ever', async () => {
  const upstream = await webSocketUpstream({ polite: true });
  const { router, port } = await politeRouter(upstream.port);

  const { socket, messages, closed } = await politeClient(port);
  socket.send('hello');
  socket.send('x'.repeat(60_000));
  while (messages.length < 2) await sleep(5);
  const open = router.counters('app.prod');
  socket.close(1000);

  expect(messages).toEqual(['hello', 'x'.repeat(60_000)]);
  expect(open).toMatchObject({ openWebSockets: 1, webSockets: 1, requests: 0 });
  expect(await closed).toEqual({ code: 1000, clean: true });
  while (router.counters('app.prod')?.openWebSockets !== 0) await sleep(5);
  expect(router.counters('app.prod')).toMatchObject({ requests: 1, failures: 0, slowestMs: 0 });
});

test('bytes that follow the heads at once are not lost', async () => {
  const upstream = await rawUpstream((socket) => {
    socket.once('data', (bytes) => {
      const sent = bytes.subarray(bytes.indexOf('\r\n\r\n') + 4);
      socket.write(
        'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\nfirst',
      );
      socket.write(sent);
      socket.on('data', (more) => socket.write(more));
    });
  });
  const { port } = await routerTo([upstream.port]);

  const client = await rawClient(port);
  client.write(`${upgradeRequest('/', 'echo')}early`);
  await client.until((received) => received.includes('firstearly'));
  client.write('late');
  const received = await client.until((all) => all.endsWith('late'));

  expect(received).toMatch(/^HTTP\/1\.1 101 Switching Protocols\r\n/);
  expect(received).toMatch(/\r\nUpgrade: echo\r\n/);
});

test('silence does not end a web socket', async () => {
  const upstream = await webSocketUpstream({ polite: true });
  const { port } = await routerTo([upstream.port], {
    timeouts: { firstByteMs: 100, clientIdleMs: 100, clientStallMs: 100, upstreamIdleMs: 100 },
  });
  const client = await rawClient(port);
  const received = await openWebSocket(client);

  await sleep(400);
  client.write(frame(text, Buffer.from('still here'), true));
  while (received().length === 0) await sleep(5);

  expect(received()[0]?.payload.toString()).toBe('still here');
});

test('an application may refuse to switch; its answer passes and the connection ends', async () => {
  const upstream = await webSocketUpstream({ polite: true });
  const { port } = await routerTo([upstream.port]);

  const client = await rawClient(port);
  client.write(upgradeRequest('/refused'));
  const answer = await client.closed();

  expect(statusOf(answer)).toBe(403);
  expect(answer).toContain('X-Why: no');
  expect(answer.endsWith('\r\n\r\nno')).toBe(true);
});

test('a switch to HTTP/2 in clear text is answered as the plain request that it is', async () => {
  const seen: string[] = [];
  const upstream = await rawUpstream((socket) => {
    socket.on('data', (bytes) => {
      seen.push(bytes.toString());
      socket.write('HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nplain');
    });
  });
  const { port } = await routerTo([upstream.port]);

  const client = await rawClient(port);
  client.write(upgradeRequest('/', 'h2c'));
  const answer = await client.closed();

  expect(answer.endsWith('plain')).toBe(true);
  expect(seen.join('')).not.toMatch(/upgrade|h2c/i);
});

test('a web socket to nowhere gets an answer like any request', async () => {
  const { router, port } = await routerTo([]);

  const none = await exchangeRaw(port, upgradeRequest());
  router.removeRoute('app.prod');
  const unknown = await exchangeRaw(port, upgradeRequest());
  const withBody = await exchangeRaw(
    port,
    upgradeRequest().replace('\r\n\r\n', '\r\nContent-Length: 4\r\n\r\nbody'),
  );

  expect([none, unknown, withBody].map(statusOf)).toEqual([503, 404, 400]);
});

test('a retirement says goodbye to web sockets on both sides', async () => {
  const upstream = await webSocketUpstream({ polite: true });
  const { router, port } = await politeRouter(upstream.port);
  const clients = await Promise.all(Array.from({ length: 10 }, () => politeClient(port)));

  const begun = performance.now();
  const retired = await router.retire(['i1'], { deadlineMs: 1_000 });
  const took = performance.now() - begun;

  expect(retired).toEqual({ drained: 0, cut: 0, websocketsClosed: 10 });
  for (const { closed } of clients) expect(await closed).toEqual({ code: 1012, clean: true });
  const closes = upstream.received.filter(({ opcode }) => opcode === close);
  expect(closes.map(({ payload }) => payload.readUInt16BE())).toEqual(Array(10).fill(1001));
  // Spread over half of the time, so that not all of them come back in one moment.
  expect(took).toBeGreaterThan(300);
  expect(took).toBeLessThan(1_000);
});

test('web sockets that hang are closed at the deadline, on both sides', async () => {
  const upstream = await webSocketUpstream({ polite: false });
  const { router, port } = await routerTo([upstream.port], {
    timeouts: { webSocketCloseMs: 10_000 },
  });
  const clients = await Promise.all(Array.from({ length: 3 }, () => rawClient(port)));
  const opened = await Promise.all(clients.map(openWebSocket));

  const retired = await router.retire(['i1'], { deadlineMs: 300 });
  await Promise.all(clients.map((client) => client.closed()));

  expect(retired).toEqual({ drained: 0, cut: 0, websocketsClosed: 3 });
  for (const received of opened) {
    const [last, ...more] = received();
    expect(more).toEqual([]);
    expect(last?.opcode).toBe(close);
    expect(last?.payload.readUInt16BE()).toBe(1012);
  }
  while (upstream.sockets.some((socket) => !socket.destroyed)) await sleep(5);
  expect(router.counters('app.prod')?.openWebSockets).toBe(0);
});

test('a web socket that does not answer its Close is cut before the deadline', async () => {
  const upstream = await webSocketUpstream({ polite: false });
  const { router, port } = await routerTo([upstream.port], { timeouts: { webSocketCloseMs: 100 } });
  const client = await rawClient(port);
  await openWebSocket(client);

  const begun = performance.now();
  await router.retire(['i1'], { deadlineMs: 10_000 });

  expect(performance.now() - begun).toBeLessThan(5_000);
  await client.closed();
});

test('a Close waits for the end of the frame that is under way', async () => {
  const upstream = await webSocketUpstream({ polite: false });
  const { router, port } = await routerTo([upstream.port]);
  const client = await rawClient(port);
  const received = await openWebSocket(client);
  const whole = frame(text, Buffer.from('in two halves'), false);
  const [socket] = upstream.sockets;

  socket?.write(whole.subarray(0, 6));
  await client.until((all) => all.endsWith('in t'));
  const retired = router.retire(['i1'], { deadlineMs: 2_000 });
  await sleep(50);
  const before = received().length;
  socket?.write(Buffer.concat([whole.subarray(6), frame(text, Buffer.from('too late'), false)]));
  while (received().length < 2) await sleep(5);
  client.write(frame(close, Buffer.from([3, 244]), true));
  await retired;
  await client.closed();

  expect(before).toBe(0);
  expect(received().map(({ opcode }) => opcode)).toEqual([text, close]);
  expect(received()[0]?.payload.toString()).toBe('in two halves');
});

test('a web socket that opens on an instance about to go is told so at once', async () => {
  let open = (): void => undefined;
  const upstream = await rawUpstream((socket) => {
    socket.once('data', () => {
      open = () =>
        socket.write(
          'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n',
        );
    });
  });
  const { router, port } = await routerTo([upstream.port], { timeouts: { webSocketCloseMs: 100 } });
  const client = await rawClient(port);
  client.write(upgradeRequest());
  while (router.counters('app.prod')?.inFlight !== 1 || upstream.connections() === 0)
    await sleep(5);
  await sleep(50);

  const begun = performance.now();
  const retired = router.retire(['i1'], { deadlineMs: 10_000 });
  open();
  await retired;

  expect(performance.now() - begun).toBeLessThan(5_000);
  expect(await client.closed()).toContain(String.fromCharCode(0x88, 2, 3, 0xf4));
});

test('web sockets go to the instances of the swap after it', async () => {
  const before = await webSocketUpstream({ polite: true });
  const after = await webSocketUpstream({ polite: true });
  const { router, port } = await routerTo([before.port]);
  await openWebSocket(await rawClient(port));

  route(router, [after.port], 'new');
  const client = await rawClient(port);
  const received = await openWebSocket(client);
  client.write(frame(text, Buffer.from('x'), true));
  while (received().length === 0) await sleep(5);

  expect([before.sockets.length, after.sockets.length]).toEqual([1, 1]);
});

test('when one end closes, the other one learns it', async () => {
  const upstream = await webSocketUpstream({ polite: true });
  const { port } = await routerTo([upstream.port]);
  const [byClient, byApplication] = await Promise.all([rawClient(port), rawClient(port)]);
  await openWebSocket(byClient);
  await openWebSocket(byApplication);

  byClient.socket.end();
  upstream.sockets[1]?.destroy();

  await Promise.all([byClient.closed(), byApplication.closed()]);
  while (upstream.sockets.some((socket) => !socket.destroyed)) await sleep(5);
});
