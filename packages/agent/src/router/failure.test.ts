import { once } from 'node:events';
import { request } from 'node:http';
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, onTestFinished, test } from 'vitest';
import { ask, keepAliveAgent, rawClient, statusOf } from './testing/client.ts';
import { route, routerTo } from './testing/router.ts';
import { closedPort, httpUpstream, processUpstream, rawUpstream } from './testing/upstream.ts';

const ok = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok';

/** Answers the first request of each connection, then resets the connection at the second one. */
async function resetsReused() {
  const requests: string[] = [];
  const upstream = await rawUpstream((socket) => {
    let first = true;
    socket.on('data', (bytes) => {
      requests.push(bytes.toString('latin1').split(' ')[0] as string);
      if (first) socket.write(ok);
      else socket.resetAndDestroy();
      first = false;
    });
  });
  return { upstream, requests };
}

test('a request goes to another instance when one refuses the connection, whatever its method', async () => {
  const alive = await httpUpstream((message, response) => {
    message.resume().on('end', () => response.end('alive'));
  });
  const { router, port } = await routerTo([await closedPort(), alive.port], {
    timeouts: { retryDelayMs: 60_000 },
  });

  const answers = await Promise.all(
    Array.from({ length: 20 }, (_unused, index) =>
      ask(port, index % 2 === 0 ? {} : { method: 'POST', body: 'x'.repeat(100_000) }),
    ),
  );

  expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 200));
  expect(router.counters('app.prod')).toMatchObject({ requests: 20, failures: 0 });
});

test('an instance that refused gets no requests for a moment, then is tried again', async () => {
  const port1 = await closedPort();
  const alive = await httpUpstream((_message, response) => response.end('2'));
  const { router, port } = await routerTo([port1, alive.port], { timeouts: { ejectMs: 300 } });

  for (let count = 0; count < 10; count++) await ask(port);
  const retriesAtFirst = router.counters('app.prod')?.retries;
  await sleep(350);
  for (let count = 0; count < 4; count++) await ask(port);

  expect(retriesAtFirst).toBe(1);
  expect(router.counters('app.prod')?.retries).toBe(2);
});

test('the last instance is never given up: it is asked once more, then the answer is 502', async () => {
  const { router, port } = await routerTo([await closedPort()]);

  const answers = [await ask(port), await ask(port, { method: 'POST', body: 'x' })];

  expect(answers.map(({ status }) => status)).toEqual([502, 502]);
  expect(answers[0]?.headers['content-type']).toBe('application/problem+json');
  expect(router.counters('app.prod')).toMatchObject({
    requests: 2,
    errors: 0,
    failures: 2,
    unreachable: 2,
    retries: 2,
    inFlight: 0,
  });
});

test('an instance that comes back within the retry is not noticed as missing', async () => {
  const gone = await closedPort();
  const { router, port } = await routerTo([gone], { timeouts: { retryDelayMs: 300 } });

  const answer = ask(port, { method: 'POST', body: 'late' });
  await sleep(100);
  const upstream = await httpUpstream((_message, response) => response.end('new'));
  route(router, [upstream.port], 'next');

  expect((await answer).body).toBe('new');
});

test('a GET is sent again when its kept connection turns out to be dead', async () => {
  const { upstream, requests } = await resetsReused();
  const { router, port } = await routerTo([upstream.port]);
  const agent = keepAliveAgent(1);

  const answers = [await ask(port, { agent }), await ask(port, { agent })];

  expect(answers.map(({ body }) => body)).toEqual(['ok', 'ok']);
  expect(requests).toEqual(['GET', 'GET', 'GET']);
  expect(router.counters('app.prod')).toMatchObject({ requests: 2, failures: 0, retries: 1 });
});

test('a POST, or a GET with a body, is never sent twice', async () => {
  const { upstream, requests } = await resetsReused();
  const { port } = await routerTo([upstream.port]);

  const statuses: number[] = [];
  for (const method of ['POST', 'GET', 'DELETE']) {
    await ask(port);
    const body = method === 'DELETE' ? {} : { body: 'x' };
    statuses.push(
      (await ask(port, { method, headers: { 'content-length': '1' }, ...body })).status,
    );
  }

  expect(statuses).toEqual([502, 502, 502]);
  expect(requests.filter((method) => method === 'POST')).toHaveLength(1);
  expect(requests.filter((method) => method === 'DELETE')).toHaveLength(1);
});

test('a GET is not sent again once the answer had begun, or on a fresh connection', async () => {
  let connections = 0;
  const upstream = await rawUpstream((socket) => {
    connections += 1;
    socket.on('data', (bytes) => {
      if (bytes.includes('/begun')) socket.end('HTTP/1.1 200 O');
      else socket.resetAndDestroy();
    });
  });
  const { port } = await routerTo([upstream.port]);

  const begun = await ask(port, { path: '/begun' });
  const fresh = await ask(port);

  expect([begun.status, fresh.status]).toEqual([502, 502]);
  expect(connections).toBe(2);
});

test('an answer that breaks off breaks off for the client too', async () => {
  const broken: Readonly<Record<string, string>> = {
    '/length': 'HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\nonly this',
    '/chunks': 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\nff',
    '/chunk-size': 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\nzz\r\n',
  };
  const upstream = await rawUpstream((socket) => {
    socket.on('data', (bytes) => socket.end(broken[bytes.toString().split(' ')[1] ?? ''] ?? ''));
  });
  const { router, port } = await routerTo([upstream.port]);

  for (const path of Object.keys(broken)) {
    const client = await rawClient(port);
    client.write(`GET ${path} HTTP/1.1\r\nHost: app.test\r\n\r\n`);
    const answer = await client.closed();
    expect(answer).not.toContain('502');
    expect(answer.endsWith('0\r\n\r\n')).toBe(false);
  }

  expect(router.counters('app.prod')).toMatchObject({ failures: 3, broken: 3, inFlight: 0 });
});

test('an application that does not answer in time makes a 504', async () => {
  const upstream = await httpUpstream((message) => message.resume());
  const { router, port } = await routerTo([upstream.port], { timeouts: { firstByteMs: 150 } });

  const answers = await Promise.all([ask(port), ask(port, { method: 'POST', body: 'x' })]);

  expect(answers.map(({ status }) => status)).toEqual([504, 504]);
  expect(router.counters('app.prod')).toMatchObject({ failures: 2, timedOut: 2, inFlight: 0 });
});

test('an application that takes no connection in time is passed over, and alone makes a 504', async () => {
  // A stopped process: the kernel completes a few connections for it, then lets the next ones wait.
  const stopped = await processUpstream('stopped', 1);
  process.kill(stopped.pid, 'SIGSTOP');
  const fillers = Array.from({ length: 8 }, () => connect(stopped.port, '127.0.0.1'));
  for (const filler of fillers) filler.on('error', () => filler.destroy());
  onTestFinished(() => {
    for (const filler of fillers) filler.destroy();
  });
  await sleep(100);
  const alive = await httpUpstream((_message, response) => response.end('alive'));
  const { router, port } = await routerTo([stopped.port], { timeouts: { connectMs: 150 } });

  const alone = await ask(port, { method: 'POST', body: 'x' });
  route(router, [stopped.port, alive.port]);
  const answers = await Promise.all(Array.from({ length: 4 }, () => ask(port)));

  expect(alone.status).toBe(504);
  expect(answers.map(({ body }) => body)).toEqual(Array(4).fill('alive'));
  expect(router.counters('app.prod')).toMatchObject({ timedOut: 1, failures: 1 });
});

test('an application that stops reading an upload makes a 504', async () => {
  const upstream = await rawUpstream((socket) => socket.pause());
  const { port } = await routerTo([upstream.port], {
    timeouts: { firstByteMs: 200, clientStallMs: 5_000 },
  });

  const client = await rawClient(port);
  client.write('POST / HTTP/1.1\r\nHost: app.test\r\nContent-Length: 50000000\r\n\r\n');
  client.write(Buffer.alloc(30_000_000));
  const answer = await client.until((received) => received.includes('\r\n\r\n'));

  expect(statusOf(answer)).toBe(504);
});

test('a client that stops sending its body is told so, and the application let go', async () => {
  let aborted: Promise<void> | undefined;
  const upstream = await httpUpstream((message) => {
    aborted = new Promise((resolve) => {
      message.on('error', () => resolve());
    });
    message.resume();
  });
  const { router, port } = await routerTo([upstream.port], { timeouts: { clientStallMs: 150 } });

  const client = await rawClient(port);
  client.write('POST / HTTP/1.1\r\nHost: app.test\r\nContent-Length: 100\r\n\r\nfew');
  const answer = await client.until((received) => received.includes('\r\n\r\n'));
  await aborted;

  expect(statusOf(answer)).toBe(408);
  expect(router.counters('app.prod')).toMatchObject({ requests: 1, failures: 0, clientEnded: 1 });
});

test('a client that does not read its answer is cut, and never makes the router buffer', async () => {
  let written = 0;
  const upstream = await httpUpstream((_message, response) => {
    response.on('error', () => undefined);
    const more = (): void => {
      while (!response.destroyed && response.write(Buffer.alloc(65_536))) written += 65_536;
      written += 65_536;
    };
    response.on('drain', more);
    more();
  });
  const { router, port } = await routerTo([upstream.port], { timeouts: { clientStallMs: 300 } });

  const client = await rawClient(port);
  client.socket.pause();
  client.write('GET / HTTP/1.1\r\nHost: app.test\r\n\r\n');
  while (router.counters('app.prod')?.clientEnded !== 1) await sleep(20);

  // What the kernel and the application hold; the router itself holds two reads at most.
  expect(written).toBeLessThan(40 * 1024 ** 2);
  expect(router.counters('app.prod')).toMatchObject({ inFlight: 0, failures: 0 });
});

test('the application learns when the client goes away', async () => {
  let closed: Promise<unknown> | undefined;
  const upstream = await httpUpstream((_message, response) => {
    closed = once(response, 'close');
  });
  const { router, port } = await routerTo([upstream.port]);
  const sent = request({ host: '127.0.0.1', port, headers: { host: 'app.test' } });
  sent.on('error', () => undefined).end();
  while (closed === undefined) await sleep(5);

  sent.destroy();
  await closed;

  while (router.counters('app.prod')?.requests === 0) await sleep(5);
  expect(router.counters('app.prod')).toMatchObject({ clientEnded: 1, failures: 0, inFlight: 0 });
});

/** Keeps idle connections for exactly one second, and says so when `hint` is set. */
const closesIdleAfterASecond = (hint: boolean) =>
  rawUpstream((socket) => {
    let timer: NodeJS.Timeout | undefined;
    const head = hint ? 'Keep-Alive: timeout=1\r\n' : '';
    socket.on('data', () => {
      clearTimeout(timer);
      socket.write(`HTTP/1.1 200 OK\r\n${head}Content-Length: 2\r\n\r\nok`);
      timer = setTimeout(() => socket.destroy(), 1_000);
    });
    socket.on('close', () => clearTimeout(timer));
  });

test('resting connections are given up before the application closes them', async () => {
  const upstream = await closesIdleAfterASecond(true);
  const { router, port } = await routerTo([upstream.port]);
  const agent = keepAliveAgent(16);

  // Pauses around the moment at which the application closes: 2 of 3,200 failed with an endless pool.
  const client = async (index: number): Promise<void> => {
    for (let count = 0; count < 6; count++) {
      const answer = await ask(port, { method: 'POST', body: 'x', agent });
      expect(answer.status).toBe(200);
      await sleep(970 + ((index * 7 + count * 5) % 70));
    }
  };
  await Promise.all(Array.from({ length: 16 }, (_unused, index) => client(index)));

  expect(router.counters('app.prod')).toMatchObject({ requests: 96, failures: 0, retries: 0 });
});

test('the hint of an application shortens how long connections rest, and nothing lengthens it', async () => {
  const [hinting, silent] = await Promise.all([true, false].map(closesIdleAfterASecond));
  const connectionsAfter = async (upstream: typeof hinting, pauseMs: number): Promise<number> => {
    const { port } = await routerTo([upstream?.port ?? 0], { timeouts: { upstreamIdleMs: 700 } });
    const before = upstream?.connections() ?? 0;
    await ask(port);
    await sleep(pauseMs);
    await ask(port);
    return (upstream?.connections() ?? 0) - before;
  };

  const opened = await Promise.all([connectionsAfter(hinting, 100), connectionsAfter(silent, 100)]);
  const later = [await connectionsAfter(hinting, 600), await connectionsAfter(silent, 600)];
  const last = await connectionsAfter(silent, 800);

  expect(opened).toEqual([1, 1]);
  expect(later).toEqual([2, 1]);
  expect(last).toBe(2);
});

test('a pinned request goes to its instance and nowhere else', async () => {
  const upstreams = await Promise.all(
    ['one', 'two', 'three'].map((name) => httpUpstream((_message, response) => response.end(name))),
  );
  const { port } = await routerTo(upstreams.map((upstream) => upstream.port));
  const pinned = (instance: string) => ask(port, { headers: { 'x-pltf-instance': instance } });

  const bodies: string[] = [];
  for (let count = 0; count < 6; count++) bodies.push((await pinned('i2')).body);
  const unknown = await pinned('i9');

  expect(new Set(bodies)).toEqual(new Set(['two']));
  expect(unknown.status).toBe(404);
  expect(unknown.body).toContain('instance-unknown');
});

test('requests go to the instance with the fewest in flight, in turn among equals', async () => {
  const counts = [0, 0, 0];
  const held: (() => void)[] = [];
  const upstreams = await Promise.all(
    counts.map((_unused, index) =>
      httpUpstream((message, response) => {
        counts[index] = (counts[index] as number) + 1;
        if (message.url === '/hold') held.push(() => response.end());
        else response.end();
      }),
    ),
  );
  const { port } = await routerTo(upstreams.map((upstream) => upstream.port));

  for (let count = 0; count < 30; count++) await ask(port);
  const even = [...counts];
  const busy = [0, 1].map((index) =>
    ask(port, { path: '/hold', headers: { 'x-pltf-instance': `i${index + 1}` } }),
  );
  while (held.length < 2) await sleep(5);
  for (let count = 0; count < 10; count++) await ask(port);
  for (const end of held) end();
  await Promise.all(busy);

  expect(even).toEqual([10, 10, 10]);
  expect(counts).toEqual([11, 11, 20]);
});
