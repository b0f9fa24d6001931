import { once } from 'node:events';
import { request } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { ask, exchangeRaw, keepAliveAgent, rawClient, statusOf } from './testing/client.ts';
import { routerTo } from './testing/router.ts';
import { httpUpstream, rawUpstream } from './testing/upstream.ts';

/** Answers with what it was asked. */
const mirror = () =>
  httpUpstream((message, response) => {
    const chunks: Buffer[] = [];
    message.on('data', (chunk: Buffer) => chunks.push(chunk));
    message.on('end', () => {
      const { method, url, rawHeaders } = message;
      const body = Buffer.concat(chunks).toString();
      response.setHeader('content-type', 'application/json');
      response.end(JSON.stringify({ method, url, rawHeaders, body }));
    });
  });

interface Mirrored {
  readonly method: string;
  readonly url: string;
  readonly rawHeaders: readonly string[];
  readonly body: string;
}

function seen(body: string): Mirrored & { headers: Record<string, string> } {
  const mirrored = JSON.parse(body) as Mirrored;
  const headers: Record<string, string> = {};
  for (let index = 0; index < mirrored.rawHeaders.length; index += 2) {
    const name = (mirrored.rawHeaders[index] as string).toLowerCase();
    expect(headers).not.toHaveProperty(name);
    headers[name] = mirrored.rawHeaders[index + 1] as string;
  }
  return { ...mirrored, headers };
}

test('a request reaches the application with its method, path, headers and body', async () => {
  const { port } = await routerTo([(await mirror()).port]);

  const answer = await ask(port, {
    method: 'PUT',
    path: '/a/b?c=d%20e&f',
    headers: { 'x-own': 'value', cookie: 'a=1; b=2' },
    body: 'sent',
  });

  expect(answer.status).toBe(200);
  expect(answer.headers['content-type']).toBe('application/json');
  const { method, url, body, headers } = seen(answer.body);
  expect({ method, url, body }).toEqual({ method: 'PUT', url: '/a/b?c=d%20e&f', body: 'sent' });
  expect(headers).toMatchObject({
    host: 'app.test',
    'x-own': 'value',
    cookie: 'a=1; b=2',
    'content-length': '4',
  });
});

test('the application learns who asked from headers that a client cannot forge', async () => {
  const { port } = await routerTo([(await mirror()).port]);

  const answer = await ask(port, {
    headers: {
      'x-forwarded-for': '6.6.6.6',
      'X-Forwarded-Proto': 'https',
      'x-forwarded-host': 'evil.test',
      'X-Forwarded-Port': '443',
      X_Forwarded_For: '6.6.6.6',
      forwarded: 'for=6.6.6.6',
      'x-real-ip': '6.6.6.6',
    },
  });

  const { headers } = seen(answer.body);
  expect(headers).toMatchObject({
    'x-forwarded-for': '127.0.0.1',
    'x-forwarded-proto': 'http',
    'x-forwarded-host': 'app.test',
  });
  expect(JSON.stringify(headers)).not.toContain('6.6.6.6');
  expect(headers).not.toHaveProperty('x-forwarded-port');
});

test('a trusted peer is believed and extended', async () => {
  const { port } = await routerTo([(await mirror()).port], { trustedPeers: ['127.0.0.0/8'] });

  const answer = await ask(port, {
    headers: {
      'x-forwarded-for': '203.0.113.9',
      'x-forwarded-proto': 'https',
      'x-forwarded-host': 'shop.example.com',
    },
  });

  expect(seen(answer.body).headers).toMatchObject({
    'x-forwarded-for': '203.0.113.9, 127.0.0.1',
    'x-forwarded-proto': 'https',
    'x-forwarded-host': 'shop.example.com',
  });
});

test('a sane request id is kept, any other is replaced, and both ends see it', async () => {
  const { port } = await routerTo([(await mirror()).port]);

  const kept = await ask(port, { headers: { 'x-request-id': 'Abc-1.2_3' } });
  const replaced = await ask(port, { headers: { 'x-request-id': 'no spaces, please' } });
  const made = await ask(port);

  expect(seen(kept.body).headers['x-request-id']).toBe('Abc-1.2_3');
  expect(kept.headers['x-request-id']).toBe('Abc-1.2_3');
  const ids = [replaced, made].map((answer) => seen(answer.body).headers['x-request-id']);
  for (const id of ids) expect(id).toMatch(/^[A-Za-z0-9._-]{10,40}$/);
  expect(ids[0]).not.toBe(ids[1]);
  expect(made.headers['x-request-id']).toBe(ids[1]);
});

test('headers of one connection stay on it, in both directions', async () => {
  const upstream = await rawUpstream((socket) => {
    socket.on('data', (bytes) => {
      const body = bytes.toString('latin1');
      socket.write(
        `HTTP/1.1 200 OK\r\nConnection: keep-alive, X-Hop\r\nX-Hop: 1\r\nKeep-Alive: timeout=9\r\nProxy-Authenticate: Basic\r\nTrailer: x\r\nX-End: 1\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
      );
    });
  });
  const { port } = await routerTo([upstream.port]);

  const answer = await ask(port, {
    headers: {
      connection: 'close, X-Mine',
      'x-mine': 'hop',
      te: 'trailers',
      'proxy-authorization': 'Basic eA==',
      'keep-alive': '5',
      'x-yours': 'end',
    },
  });

  expect(answer.body).toContain('x-yours: end');
  expect(answer.body).not.toMatch(/^(?:x-mine|te|proxy-authorization|keep-alive|connection):/im);
  expect(answer.headers).toMatchObject({ 'x-end': '1' });
  for (const name of ['x-hop', 'keep-alive', 'proxy-authenticate', 'trailer'])
    expect(answer.headers).not.toHaveProperty(name);
});

test('connections are kept on both sides', async () => {
  const upstream = await mirror();
  const { port } = await routerTo([upstream.port]);
  const agent = keepAliveAgent(1);

  for (let count = 0; count < 20; count++) await ask(port, { agent });

  expect(upstream.connections()).toBe(1);
  const [socket] = Object.values(agent.freeSockets).flat();
  expect(socket?.bytesRead).toBeGreaterThan(20 * 100);
});

test('an answer of every framing arrives whole: length, chunks, until the end, none', async () => {
  const text = 'x'.repeat(100_000);
  const upstream = await httpUpstream((message, response) => {
    if (message.url === '/length') response.setHeader('content-length', text.length);
    if (message.url === '/close') {
      response.useChunkedEncodingByDefault = false;
      response.shouldKeepAlive = false;
    }
    if (message.url === '/none') response.writeHead(204);
    else if (message.url === '/unchanged') response.writeHead(304, { etag: '"1"' });
    else if (message.url === '/small') response.write('small');
    else response.write(text);
    response.end();
  });
  const { port } = await routerTo([upstream.port]);
  const agent = keepAliveAgent(1);

  for (const path of ['/length', '/chunks', '/close', '/length']) {
    const answer = await ask(port, { path, agent });
    expect(answer.body.length).toBe(text.length);
  }
  expect((await ask(port, { path: '/small', agent })).body).toBe('small');
  expect(await ask(port, { path: '/none', agent })).toMatchObject({ status: 204, body: '' });
  expect(await ask(port, { path: '/unchanged', agent })).toMatchObject({ status: 304, body: '' });
});

test('HEAD gets the head of GET and leaves the connection usable', async () => {
  const upstream = await httpUpstream((_message, response) =>
    response.setHeader('content-length', 12).end('twelve bytes'),
  );
  const { port } = await routerTo([upstream.port]);
  const agent = keepAliveAgent(1);

  const head = await ask(port, { method: 'HEAD', agent });
  const get = await ask(port, { agent });

  expect(head).toMatchObject({ status: 200, body: '' });
  expect(head.headers['content-length']).toBe('12');
  expect(get.body).toBe('twelve bytes');
  expect(upstream.connections()).toBe(1);
});

test('trailers are dropped on both sides without disturbing the next message', async () => {
  const upstream = await rawUpstream((socket) => {
    let text = '';
    socket.on('data', (bytes) => {
      text += bytes.toString('latin1');
      if (!text.endsWith('0\r\n\r\n')) return;
      expect(text).not.toContain('X-Sum');
      text = '';
      socket.write(
        'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTrailer: X-Sum\r\n\r\n3\r\nabc\r\n0\r\nX-Sum: 1\r\n\r\n',
      );
    });
  });
  const { port } = await routerTo([upstream.port]);
  const client = await rawClient(port);

  for (const count of [1, 2]) {
    client.write(
      'POST / HTTP/1.1\r\nHost: app.test\r\nTransfer-Encoding: chunked\r\nTrailer: X-Sum\r\n\r\n2\r\nhi\r\n0\r\nX-Sum: 9\r\n\r\n',
    );
    await client.until((received) => received.split('0\r\n\r\n').length > count);
  }

  expect(client.received()).not.toContain('X-Sum');
  expect(upstream.connections()).toBe(1);
});

test('events of a stream arrive one by one, as they are sent', async () => {
  let send: (text: string) => void = () => undefined;
  const upstream = await httpUpstream((_message, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.flushHeaders();
    send = (text) => response.write(text);
  });
  const { router, port } = await routerTo([upstream.port], { timeouts: { firstByteMs: 200 } });
  const client = await rawClient(port);

  client.write('GET /events HTTP/1.1\r\nHost: app.test\r\n\r\n');
  await client.until((received) => received.includes('\r\n\r\n'));
  for (const event of ['one', 'two', 'three']) {
    // Longer than the time for the first byte: a stream that has begun has no such limit.
    await sleep(120);
    const begun = performance.now();
    send(`data: ${event}\n\n`);
    await client.until((received) => received.includes(`data: ${event}\n\n`));
    expect(performance.now() - begun).toBeLessThan(100);
  }

  expect(router.counters('app.prod')).toMatchObject({ inFlight: 1, requests: 0, failures: 0 });
});

test('a request body streams while the answer to it streams back', async () => {
  const upstream = await httpUpstream((message, response) => {
    response.flushHeaders();
    message.on('data', (chunk: Buffer) => response.write(`<${chunk.toString()}>`));
    message.on('end', () => response.end('.'));
  });
  const { port } = await routerTo([upstream.port]);
  const sent = request({ host: '127.0.0.1', port, method: 'POST', headers: { host: 'app.test' } });
  sent.flushHeaders();
  const [answer] = await once(sent, 'response');

  let received = '';
  answer.on('data', (chunk: Buffer) => {
    received += chunk.toString();
  });
  for (const word of ['a', 'b', 'c']) {
    sent.write(word);
    await once(answer, 'data');
    expect(received).toContain(`<${word}>`);
  }
  sent.end();
  await once(answer, 'end');

  expect(received).toBe('<a><b><c>.');
});

test('the client is told to continue only when the application wants the body', async () => {
  const upstream = await httpUpstream(() => undefined);
  upstream.server.on('checkContinue', (message, response) => {
    if (message.url === '/no') {
      response.writeHead(403).end('not for you');
      return;
    }
    response.writeContinue();
    message.resume().on('end', () => response.end('taken'));
  });
  const { port } = await routerTo([upstream.port]);
  const head = (path: string): string =>
    `POST ${path} HTTP/1.1\r\nHost: app.test\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\n`;

  const yes = await rawClient(port);
  yes.write(head('/yes'));
  await yes.until((received) => received.startsWith('HTTP/1.1 100 Continue\r\n\r\n'));
  yes.write('hello');
  const taken = await yes.until((received) => received.includes('taken'));
  const no = await rawClient(port);
  no.write(head('/no'));
  const refused = await no.closed();

  expect(taken).toContain('HTTP/1.1 200 OK');
  expect(statusOf(refused)).toBe(403);
  expect(refused).toContain('Connection: close');
});

test('an application that knows no 100-continue gets the body after a while', async () => {
  const upstream = await rawUpstream((socket) => {
    socket.on('data', (bytes) => {
      if (bytes.toString().endsWith('hello'))
        socket.write('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok');
    });
  });
  const { port } = await routerTo([upstream.port], { timeouts: { continueMs: 100 } });

  const client = await rawClient(port);
  client.write(
    'POST / HTTP/1.1\r\nHost: app.test\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\n',
  );
  await client.until((received) => received.includes('100 Continue'));
  client.write('hello');
  const answer = await client.until((received) => received.endsWith('ok'));

  expect(answer).toContain('HTTP/1.1 200 OK');
});

test('early hints pass through', async () => {
  const upstream = await httpUpstream((_message, response) => {
    response.writeEarlyHints({ link: '</style.css>; rel=preload; as=style' });
    response.end('page');
  });
  const { port } = await routerTo([upstream.port]);

  const client = await rawClient(port);
  client.write('GET / HTTP/1.1\r\nHost: app.test\r\n\r\n');
  const answer = await client.until((received) => received.includes('page'));

  expect(answer).toMatch(/^HTTP\/1\.1 103 Early Hints\r\nLink: <\/style\.css>/);
  expect(answer).toContain('HTTP/1.1 200 OK');
});

test('pipelined requests are answered in their order', async () => {
  const upstream = await httpUpstream((message, response) => {
    const late = message.url === '/1' ? 80 : 0;
    setTimeout(() => response.end(`<${message.url}>`), late);
  });
  const { port } = await routerTo([upstream.port]);
  const client = await rawClient(port);

  const paths = Array.from({ length: 100 }, (_unused, index) => `/${index + 1}`);
  client.write(paths.map((path) => `GET ${path} HTTP/1.1\r\nHost: app.test\r\n\r\n`).join(''));
  const answer = await client.until((received) => received.includes('</100>'));

  expect([...answer.matchAll(/<(\/\d+)>/g)].map(([, path]) => path)).toEqual(paths);
});

test('an absolute target counts more than the Host header', async () => {
  const { port } = await routerTo([(await mirror()).port]);

  const answer = await exchangeRaw(
    port,
    'GET http://app.test/path?q HTTP/1.1\r\nHost: other.test\r\nConnection: close\r\n\r\n',
  );

  expect(statusOf(answer)).toBe(200);
  expect(answer).toContain('"url":"/path?q"');
  expect(answer).toContain('"Host","app.test"');
});

test('a client of HTTP/1.0 gets an answer that ends with the connection', async () => {
  const upstream = await httpUpstream((_message, response) => {
    response.write('in ');
    response.end('chunks');
  });
  const { port } = await routerTo([upstream.port]);

  const client = await rawClient(port);
  client.write('GET / HTTP/1.0\r\nHost: app.test\r\n\r\n');
  const answer = await client.closed();

  expect(answer).toContain('Connection: close');
  expect(answer).not.toContain('chunked');
  expect(answer.endsWith('\r\n\r\nin chunks')).toBe(true);
});

test('bytes beyond ASCII in headers and bodies pass unchanged', async () => {
  const upstream = await rawUpstream((socket) => {
    socket.on('data', (bytes) => {
      const sent = bytes.toString('latin1');
      expect(sent).toContain('x-name: caf\u00c3\u00a9');
      const head = 'HTTP/1.1 200 OK\r\nX-Back: \u00c3\u00a0\r\nContent-Length: 2\r\n\r\n';
      socket.write(Buffer.from(`${head}\u00e9\u00ff`, 'latin1'));
    });
  });
  const { port } = await routerTo([upstream.port]);

  const client = await rawClient(port);
  client.write(
    Buffer.from('GET / HTTP/1.1\r\nHost: app.test\r\nx-name: caf\u00c3\u00a9\r\n\r\n', 'latin1'),
  );
  const answer = await client.until((received) => received.includes('\u00ff'));

  expect(answer).toContain('X-Back: \u00c3\u00a0\r\n');
  expect(answer.endsWith('\u00e9\u00ff')).toBe(true);
});
