import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { exchangeRaw, rawClient, statusOf } from './testing/client.ts';
import { routerTo } from './testing/router.ts';
import { httpUpstream, rawUpstream } from './testing/upstream.ts';

/** An application that must see nothing. */
async function untouched() {
  let requests = 0;
  const upstream = await httpUpstream((_message, response) => {
    requests += 1;
    response.end('reached');
  });
  return { port: upstream.port, requests: () => requests };
}

const refusedWith400: Readonly<Record<string, string>> = {
  'a length beside a transfer coding':
    'POST / HTTP/1.1\r\nHost: app.test\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
  'two different lengths':
    'POST / HTTP/1.1\r\nHost: app.test\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab',
  'two equal lengths':
    'POST / HTTP/1.1\r\nHost: app.test\r\nContent-Length: 1\r\nContent-Length: 1\r\n\r\na',
  'a list of lengths': 'POST / HTTP/1.1\r\nHost: app.test\r\nContent-Length: 1, 1\r\n\r\na',
  'a length with a sign': 'POST / HTTP/1.1\r\nHost: app.test\r\nContent-Length: +1\r\n\r\na',
  'a transfer coding that does not end in chunks':
    'POST / HTTP/1.1\r\nHost: app.test\r\nTransfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n',
  'a transfer coding in HTTP/1.0':
    'POST / HTTP/1.0\r\nHost: app.test\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
  'a space before the colon':
    'POST / HTTP/1.1\r\nHost: app.test\r\nTransfer-Encoding : chunked\r\n\r\n0\r\n\r\n',
  'a folded line': 'GET / HTTP/1.1\r\nHost: app.test\r\nX-A: 1\r\n folded: 2\r\n\r\n',
  'lines that end in LF alone': 'GET / HTTP/1.1\nHost: app.test\n\n',
  'a bare CR in a value': 'GET / HTTP/1.1\r\nHost: app.test\r\nX-A: 1\rHost: evil\r\n\r\n',
  'a NUL in a value': 'GET / HTTP/1.1\r\nHost: app.test\r\nX-A: 1\0\r\n\r\n',
  'a header name with a space': 'GET / HTTP/1.1\r\nHost: app.test\r\nX A: 1\r\n\r\n',
  'no method': ' / HTTP/1.1\r\nHost: app.test\r\n\r\n',
  'an unknown method': 'STEAL / HTTP/1.1\r\nHost: app.test\r\n\r\n',
  'a space in the target': 'GET /a b HTTP/1.1\r\nHost: app.test\r\n\r\n',
  'a target without slash': 'GET a HTTP/1.1\r\nHost: app.test\r\n\r\n',
  'a star for anything but OPTIONS': 'GET * HTTP/1.1\r\nHost: app.test\r\n\r\n',
  'another scheme': 'GET ftp://app.test/ HTTP/1.1\r\nHost: app.test\r\n\r\n',
  'user information in an absolute target':
    'GET http://user@app.test/ HTTP/1.1\r\nHost: app.test\r\n\r\n',
  'another version of HTTP': 'GET / HTTP/3.7\r\nHost: app.test\r\n\r\n',
  'no Host': 'GET / HTTP/1.1\r\n\r\n',
  'no Host in HTTP/1.0': 'GET / HTTP/1.0\r\n\r\n',
  'two Hosts': 'GET / HTTP/1.1\r\nHost: app.test\r\nHost: app.test\r\n\r\n',
  'an empty Host': 'GET / HTTP/1.1\r\nHost:\r\n\r\n',
  'a list as Host': 'GET / HTTP/1.1\r\nHost: app.test, b.test\r\n\r\n',
  'a Host with user information': 'GET / HTTP/1.1\r\nHost: user@app.test\r\n\r\n',
  'a Host with a path': 'GET / HTTP/1.1\r\nHost: app.test/x\r\n\r\n',
  'a Host with a port that is none': 'GET / HTTP/1.1\r\nHost: app.test:99999\r\n\r\n',
  'a Host of 300 characters': `GET / HTTP/1.1\r\nHost: ${'a.'.repeat(150)}\r\n\r\n`,
};

test.each(Object.entries(refusedWith400))('%s is refused', async (_name, text) => {
  const application = await untouched();
  const { router, port } = await routerTo([application.port]);

  const client = await rawClient(port);
  client.write(text);
  const answer = await client.closed();

  expect(statusOf(answer)).toBe(400);
  expect(answer).toMatch(/\r\nConnection: close\r\n/);
  expect(application.requests()).toBe(0);
  expect(router.counters('app.prod')).toMatchObject({ requests: 0, inFlight: 0 });
});

test('a transfer coding that is not understood is refused', async () => {
  const application = await untouched();
  const { port } = await routerTo([application.port]);

  const answer = await exchangeRaw(
    port,
    'POST / HTTP/1.1\r\nHost: app.test\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n',
  );

  expect(statusOf(answer)).toBe(501);
  expect(application.requests()).toBe(0);
});

test('a head beyond 32 KiB, or with more than 200 headers, is refused', async () => {
  const application = await untouched();
  const { port } = await routerTo([application.port]);
  const large = `X-Large: ${'x'.repeat(33_000)}\r\n`;
  const many = Array.from({ length: 200 }, (_unused, index) => `X-${index}: 1\r\n`).join('');

  const tooLarge = await exchangeRaw(port, `GET / HTTP/1.1\r\nHost: app.test\r\n${large}\r\n`);
  const tooMany = await exchangeRaw(port, `GET / HTTP/1.1\r\nHost: app.test\r\n${many}\r\n`);

  expect(statusOf(tooLarge)).toBe(431);
  expect(statusOf(tooMany)).toBe(431);
  expect(application.requests()).toBe(0);
});

test.each([
  'Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
  'Host: app.test\r\n\r\n',
])('nothing that follows a refused request on its connection is read: %j', async (rest) => {
  const application = await untouched();
  const { port } = await routerTo([application.port]);
  // A connection rests now, so that a request would reach the application at once.
  await exchangeRaw(port, 'GET / HTTP/1.1\r\nHost: app.test\r\n\r\n');

  const client = await rawClient(port);
  client.write(
    `POST / HTTP/1.1\r\nHost: app.test\r\n${rest}GET /smuggled HTTP/1.1\r\nHost: app.test\r\n\r\n`,
  );
  const answer = await client.closed();

  expect(answer.match(/HTTP\/1\.1 \d/g)).toEqual(['HTTP/1.1 4']);
  expect(application.requests()).toBe(1);
});

test('a head that trickles in is cut off', async () => {
  const application = await untouched();
  const { port } = await routerTo([application.port], { timeouts: { headerMs: 300 } });
  const client = await rawClient(port);

  client.write('GET / HTTP/1.1\r\nHost: app.test\r\n');
  const trickle = setInterval(() => client.write('X-Slow: 1\r\n'), 50);
  const begun = performance.now();
  const answer = await client.closed().finally(() => clearInterval(trickle));

  expect(statusOf(answer)).toBe(408);
  expect(performance.now() - begun).toBeLessThan(2_000);
  expect(application.requests()).toBe(0);
});

test('a connection that says nothing is closed, before and after a request', async () => {
  const application = await untouched();
  const { port } = await routerTo([application.port], {
    timeouts: { headerMs: 5_000, clientIdleMs: 150 },
  });
  const silent = await rawClient(port);
  const idle = await rawClient(port);

  idle.write('GET / HTTP/1.1\r\nHost: app.test\r\n\r\n');
  await idle.until((received) => received.includes('reached'));
  const answers = await Promise.all([silent.closed(), idle.closed()]);

  expect(answers[0]).toBe('');
  expect(answers[1].match(/HTTP\/1\.1 /g)).toHaveLength(1);
});

test('CONNECT is no way out', async () => {
  const application = await untouched();
  const { port } = await routerTo([application.port]);

  const client = await rawClient(port);
  client.write('CONNECT app.test:443 HTTP/1.1\r\nHost: app.test:443\r\n\r\n');

  expect(statusOf(await client.closed())).toBe(405);
  expect(application.requests()).toBe(0);
});

test('a request that hides another one in its body stays one request', async () => {
  const paths: (string | undefined)[] = [];
  const upstream = await httpUpstream((message, response) => {
    paths.push(message.url);
    message.resume().on('end', () => response.end('ok'));
  });
  const { port } = await routerTo([upstream.port]);
  const hidden = 'GET /hidden HTTP/1.1\r\nHost: app.test\r\n\r\n';

  const client = await rawClient(port);
  client.write(
    `POST /one HTTP/1.1\r\nHost: app.test\r\nContent-Length: ${hidden.length}\r\n\r\n${hidden}`,
  );
  await client.until((received) => received.includes('ok'));
  client.write(
    `POST /two HTTP/1.1\r\nHost: app.test\r\nTransfer-Encoding: chunked\r\n\r\n${hidden.length.toString(16)};x=y\r\n${hidden}\r\n0\r\n\r\n`,
  );
  await client.until((received) => (received.match(/200 OK/g)?.length ?? 0) === 2);

  expect(paths).toEqual(['/one', '/two']);
});

const brokenAnswers: Readonly<Record<string, string>> = {
  'no status line': 'hello\r\n\r\n',
  'a status of four digits': 'HTTP/1.1 2000 OK\r\n\r\n',
  'another protocol': 'HTTP/2 200 OK\r\n\r\n',
  'two lengths': 'HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab',
  'a length beside a transfer coding':
    'HTTP/1.1 200 OK\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
  'a length that is none': 'HTTP/1.1 200 OK\r\nContent-Length: 0x1\r\n\r\na',
  'a folded line': 'HTTP/1.1 200 OK\r\nX-A: 1\r\n b\r\n\r\n',
  'a bare LF in a value': 'HTTP/1.1 200 OK\r\nX-A: 1\nX-B: 2\r\n\r\n',
  'a control character': 'HTTP/1.1 200 OK\r\nX-A: \x01\r\n\r\n',
  'a name with a space': 'HTTP/1.1 200 OK\r\nX A: 1\r\n\r\n',
  'a head without end': `HTTP/1.1 200 OK\r\nX-A: ${'a'.repeat(80_000)}`,
  'a switch of protocols that nobody asked for':
    'HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n',
};

test.each(Object.entries(brokenAnswers))(
  'an application that answers with %s makes a 502',
  async (_name, text) => {
    const upstream = await rawUpstream((socket) => socket.on('data', () => socket.write(text)));
    const { router, port } = await routerTo([upstream.port]);

    const answer = await exchangeRaw(port, 'GET / HTTP/1.1\r\nHost: app.test\r\n\r\n');

    expect(statusOf(answer)).toBe(502);
    expect(router.counters('app.prod')).toMatchObject({
      requests: 1,
      failures: 1,
      unreachable: 1,
      inFlight: 0,
    });
  },
);

test('bytes behind an answer are not taken for the answer to the next request', async () => {
  const upstream = await rawUpstream((socket) =>
    socket.on('data', () =>
      socket.write(
        'HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nmineHTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nwrong',
      ),
    ),
  );
  const { port } = await routerTo([upstream.port]);
  const client = await rawClient(port);

  for (const count of [1, 2, 3]) {
    client.write('GET / HTTP/1.1\r\nHost: app.test\r\n\r\n');
    await client.until((received) => (received.match(/mine/g)?.length ?? 0) === count);
  }

  expect(client.received()).not.toContain('wrong');
  expect(upstream.connections()).toBe(3);
});

test('bytes that come while nothing was asked end the connection', async () => {
  const upstream = await rawUpstream((socket) =>
    socket.on('data', () => {
      socket.write('HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nmine');
      setTimeout(() => socket.write('HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nwrong'), 30);
    }),
  );
  const { port } = await routerTo([upstream.port]);
  const client = await rawClient(port);

  for (const count of [1, 2]) {
    client.write('GET / HTTP/1.1\r\nHost: app.test\r\n\r\n');
    await client.until((received) => (received.match(/mine/g)?.length ?? 0) === count);
    await sleep(80);
  }

  expect(client.received()).not.toContain('wrong');
  expect(upstream.connections()).toBe(2);
});

test('one connection cannot bring any number of requests at once', async () => {
  let open = 0;
  const upstream = await httpUpstream(() => {
    open += 1;
  });
  const { router, port } = await routerTo([upstream.port]);
  const client = await rawClient(port);

  // 2 MB; what one read brings, at most 64 KiB, is the most that can pile up.
  client.write(`GET / HTTP/1.1\r\nHost: app.test\r\nX: ${'x'.repeat(350)}\r\n\r\n`.repeat(5_000));
  while (open < 32) await sleep(5);
  await sleep(300);

  expect(open).toBeLessThan(500);
  expect(router.counters('app.prod')?.inFlight).toBe(open);
});
