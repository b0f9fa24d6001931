import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { createRouter } from './router.ts';
import { ask, keepAliveAgent, rawClient } from './testing/client.ts';
import { route, routerTo, runningRouter } from './testing/router.ts';
import { httpUpstream } from './testing/upstream.ts';
import { openWebSocket, webSocketUpstream } from './testing/web-socket.ts';

const named = (name: string) => httpUpstream((_message, response) => response.end(name));

test('requests find their placement by host, in any spelling, with any port', async () => {
  const [shop, blog] = await Promise.all([named('shop'), named('blog')]);
  const { router, port } = await runningRouter();
  router.setRoute('shop.prod', {
    hosts: ['shop.localhost', 'shop.example.com'],
    backends: [{ instanceId: 's1', port: shop.port }],
  });
  router.setRoute('blog.prod', {
    hosts: ['Blog.localhost'],
    backends: [{ instanceId: 'b1', port: blog.port }],
  });

  const hosts = ['shop.localhost', 'SHOP.example.com:7080', 'blog.localhost.', 'blog.localhost:1'];
  const answers = await Promise.all(hosts.map((host) => ask(port, { host })));

  expect(answers.map(({ body }) => body)).toEqual(['shop', 'shop', 'blog', 'blog']);
});

test('a changed or removed route counts from the next request on', async () => {
  const [one, two] = await Promise.all([named('one'), named('two')]);
  const { router, port } = await routerTo([one.port]);
  const agent = keepAliveAgent(1);
  await ask(port, { agent });

  router.setRoute('app.prod', {
    hosts: ['new.test'],
    backends: [{ instanceId: 'i2', port: two.port }],
  });
  const moved = [await ask(port, { agent }), await ask(port, { host: 'new.test', agent })];
  router.removeRoute('app.prod');
  const removed = await ask(port, { host: 'new.test', agent });

  expect(moved.map(({ status }) => status)).toEqual([404, 200]);
  expect(removed.status).toBe(404);
  expect(router.routes()).toEqual([]);
});

test('the table can be read', async () => {
  const { router } = await routerTo([20_001, 20_002]);
  router.hold('app.prod', 1_000);

  expect(router.routes()).toEqual([
    {
      placementId: 'app.prod',
      hosts: ['app.test'],
      backends: [
        { instanceId: 'i1', port: 20_001 },
        { instanceId: 'i2', port: 20_002 },
      ],
      held: true,
    },
  ]);
  router.release('app.prod');
  expect(router.routes()[0]?.held).toBe(false);
});

test('a route that cannot be is refused whole, and what was there stays', async () => {
  const { router } = await routerTo([20_001]);
  router.setRoute('other.prod', { hosts: ['other.test'], backends: [] });
  const before = router.routes();
  const set = (hosts: string[], port = 20_002) =>
    router.setRoute('app.prod', { hosts, backends: [{ instanceId: 'i9', port }] });

  expect(() => set(['app.test', 'other.test'])).toThrow('conflict');
  expect(() => set(['app.test:80'])).toThrow('bad-request');
  expect(() => set(['a b'])).toThrow('bad-request');
  expect(() => set(['app.test'], 0)).toThrow('bad-request');
  expect(() => set(['app.test'], 70_000)).toThrow('bad-request');

  expect(router.routes()).toEqual(before);
});

test('counters tell failures of the application from those of the router', async () => {
  const upstream = await httpUpstream((message, response) => {
    const status = Number(message.url?.slice(1));
    setTimeout(() => response.writeHead(status).end(), status === 404 ? 50 : 0);
  });
  const { router, port } = await routerTo([upstream.port]);
  const since = Date.now();

  for (const path of ['/200', '/404', '/500', '/503']) await ask(port, { path });

  expect(router.counters('app.prod')).toMatchObject({
    requests: 4,
    errors: 2,
    failures: 0,
    inFlight: 0,
    held: 0,
  });
  const { slowestMs = 0, p50Ms = 0, p99Ms = 0 } = router.counters('app.prod') ?? {};
  expect(slowestMs).toBeGreaterThan(45);
  expect(p50Ms).toBeLessThan(slowestMs);
  expect(p99Ms).toBeLessThanOrEqual(slowestMs);
  expect(router.counters('app.prod')?.since).toBeLessThanOrEqual(since);
  expect(router.counters('nobody.prod')).toBeUndefined();
});

test('a window counts from its mark on', async () => {
  const upstream = await httpUpstream((message, response) =>
    response.writeHead(message.url === '/bad' ? 500 : 200).end(),
  );
  const { router, port } = await routerTo([upstream.port]);
  await ask(port, { path: '/bad' });

  router.mark('app.prod');
  await ask(port);
  await ask(port);

  expect(router.window('app.prod')).toMatchObject({ requests: 2, errors: 0, failures: 0 });
  expect(router.counters('app.prod')).toMatchObject({ requests: 3, errors: 1 });
});

test('a port in use is named', async () => {
  const { port } = await runningRouter();
  const second = createRouter();

  await expect(second.listen({ host: '127.0.0.1', port })).rejects.toThrow(
    `The router cannot listen on 127.0.0.1:${port}`,
  );
});

test('closing lets requests end, tells connections so, and takes no new ones', async () => {
  let finish: (() => void) | undefined;
  const upstream = await httpUpstream((_message, response) => {
    finish = () => response.end('done');
  });
  const { router, port } = await routerTo([upstream.port]);
  const agent = keepAliveAgent(1);
  const asked = ask(port, { agent });
  while (finish === undefined) await sleep(5);

  const closed = router.close({ deadlineMs: 10_000 });
  await expect(ask(port)).rejects.toThrow('ECONNREFUSED');
  finish();
  const answer = await asked;
  await closed;

  expect(answer).toMatchObject({ status: 200, body: 'done' });
  expect(answer.headers.connection).toBe('close');
});

test('closing cuts what does not end, web sockets included', async () => {
  const [silent, chat] = await Promise.all([
    httpUpstream(() => undefined),
    webSocketUpstream({ polite: false }),
  ]);
  const { router, port } = await routerTo([silent.port]);
  router.setRoute('chat.prod', {
    hosts: ['chat.test'],
    backends: [{ instanceId: 'c1', port: chat.port }],
  });
  const waiting = ask(port);
  while (router.counters('app.prod')?.inFlight === 0) await sleep(5);
  route(router, [chat.port], 'chat');
  const client = await rawClient(port);
  await openWebSocket(client);

  const begun = performance.now();
  await router.close({ deadlineMs: 200 });

  expect(performance.now() - begun).toBeLessThan(2_000);
  expect((await waiting).status).toBe(504);
  await client.closed();
});

test('a router is gone at the end of its block', async () => {
  let port = 0;
  {
    await using router = createRouter();
    ({ port } = await router.listen({ host: '127.0.0.1', port: 0 }));
    expect((await ask(port)).status).toBe(404);
  }

  await expect(ask(port)).rejects.toThrow('ECONNREFUSED');
});
