import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { ask, keepAliveAgent, rawClient } from './testing/client.ts';
import { route, routerTo } from './testing/router.ts';
import { httpUpstream, processUpstream } from './testing/upstream.ts';

/** Steady traffic on 32 kept connections: 25 % POST, every eighth request takes 300 ms. */
function traffic(port: number) {
  const agent = keepAliveAgent(32);
  const failures: string[] = [];
  let requests = 0;
  let running = true;
  const client = async (index: number): Promise<void> => {
    for (let count = index; running; count++) {
      const post = count % 4 === 0;
      const path = count % 8 === 3 ? '/slow' : '/';
      const body = `body ${index}.${count}`;
      const answer = await ask(port, post ? { method: 'POST', path, body, agent } : { path, agent })
        // The agent of the client may meet a connection that the router closes; it never should.
        .catch((error: Error) => ({ status: 0, body: error.message }));
      requests += 1;
      if (answer.status !== 200 || answer.body !== (post ? body : 'hello'))
        failures.push(`${post ? 'POST' : 'GET'} ${path}: ${answer.status} ${answer.body}`);
    }
  };
  const clients = Array.from({ length: 32 }, (_unused, index) => client(index));
  const some = async (count: number): Promise<void> => {
    const enough = requests + count;
    while (requests < enough) await sleep(5);
  };
  const stop = async (): Promise<{ requests: number; failures: readonly string[] }> => {
    running = false;
    await Promise.all(clients);
    return { requests, failures };
  };
  return { stop, some };
}

test('20 swaps under load lose nothing, though old instances are killed right after they are retired', async () => {
  let instance = await processUpstream('v0');
  const { router, port } = await routerTo([]);
  const backend = (version: number) => ({ instanceId: `v${version}`, port: instance.port });
  router.setRoute('app.prod', { hosts: ['app.test'], backends: [backend(0)] });
  const { stop, some } = traffic(port);

  router.mark('app.prod');
  let cut = 0;
  for (let version = 1; version <= 20; version++) {
    const before = instance;
    instance = await processUpstream(`v${version}`);
    router.setRoute('app.prod', { hosts: ['app.test'], backends: [backend(version)] });
    cut += (await router.retire([`v${version - 1}`], { deadlineMs: 5_000 })).cut;
    await before.kill();
    await some(100);
  }
  const { requests, failures } = await stop();

  expect(failures).toEqual([]);
  expect(cut).toBe(0);
  expect(requests).toBeGreaterThan(2_000);
  const window = router.window('app.prod');
  expect(window).toMatchObject({ failures: 0, errors: 0, clientEnded: 0 });
  expect(window?.requests).toBeLessThanOrEqual(requests);
  expect(window?.slowestMs).toBeGreaterThan(290);
});

test('after a swap no request starts on the instances before, and those under way end there', async () => {
  const finish: (() => void)[] = [];
  let late = 0;
  const before = await httpUpstream((message, response) => {
    if (message.url === '/slow') finish.push(() => response.end('before'));
    else {
      late += 1;
      response.end('before');
    }
  });
  const after = await httpUpstream((_message, response) => response.end('after'));
  const { router, port } = await routerTo([before.port]);
  const agent = keepAliveAgent(8);
  const slow = Array.from({ length: 4 }, () => ask(port, { path: '/slow', agent }));
  while (finish.length < 4) await sleep(5);

  route(router, [after.port], 'new');
  const retired = router.retire(['i1'], { deadlineMs: 5_000 });
  const answers = await Promise.all(Array.from({ length: 50 }, () => ask(port)));
  for (const end of finish) end();

  expect(new Set(answers.map(({ body }) => body))).toEqual(new Set(['after']));
  expect((await Promise.all(slow)).map(({ body }) => body)).toEqual(Array(4).fill('before'));
  expect(await retired).toEqual({ drained: 4, cut: 0, websocketsClosed: 0 });
  expect(late).toBe(0);
});

test('a retirement closes the resting connections to its instances at once', async () => {
  const upstream = await httpUpstream((_message, response) => response.end());
  const { router, port } = await routerTo([upstream.port]);
  await ask(port);
  const closed = new Promise((resolve) => {
    upstream.server.getConnections((_error, open) => resolve(open));
  });
  expect(await closed).toBe(1);

  expect(await router.retire(['i1'], { deadlineMs: 1_000 })).toMatchObject({ drained: 0, cut: 0 });
  await sleep(20);

  const open = await new Promise((resolve) => {
    upstream.server.getConnections((_error, count) => resolve(count));
  });
  expect(open).toBe(0);
});

test('what does not end by the deadline is cut, and told so when that is still possible', async () => {
  const upstream = await httpUpstream((message, response) => {
    if (message.url === '/begun') response.write('begun');
  });
  const { router, port } = await routerTo([upstream.port]);
  const waiting = ask(port, { path: '/waiting' });
  const begun = await rawClient(port);
  begun.write('GET /begun HTTP/1.1\r\nHost: app.test\r\n\r\n');
  await begun.until((received) => received.includes('begun'));

  const started = performance.now();
  const retired = await router.retire(['i1'], { deadlineMs: 200 });

  expect(performance.now() - started).toBeLessThan(1_000);
  expect(retired).toEqual({ drained: 0, cut: 2, websocketsClosed: 0 });
  expect(await waiting).toMatchObject({ status: 504 });
  expect(await begun.closed()).not.toContain('\r\n0\r\n\r\n');
  expect(router.counters('app.prod')).toMatchObject({ cut: 2, failures: 2, inFlight: 0 });
});

test('a retired instance that is routed to again takes requests again', async () => {
  const upstream = await httpUpstream((_message, response) => response.end('warm'));
  const { router, port } = await routerTo([upstream.port]);
  await router.retire(['i1'], { deadlineMs: 100 });

  const without = await ask(port);
  route(router, [upstream.port]);
  const again = await ask(port);

  expect(without.status).toBe(503);
  expect(again.body).toBe('warm');
});

test('scaling up and down moves no connection of the instances that stay', async () => {
  const upstreams = await Promise.all(
    [1, 2, 3].map(() => httpUpstream((_message, response) => response.end())),
  );
  const ports = upstreams.map((upstream) => upstream.port);
  const { router, port } = await routerTo(ports.slice(0, 1));

  await ask(port);
  route(router, ports);
  for (let count = 0; count < 6; count++) await ask(port);
  route(router, ports.slice(0, 1));
  const retired = await router.retire(['i2', 'i3'], { deadlineMs: 1_000 });
  await ask(port);

  expect(upstreams.map((upstream) => upstream.connections())).toEqual([1, 1, 1]);
  expect(retired).toEqual({ drained: 0, cut: 0, websocketsClosed: 0 });
});

test('retiring what is not known is done at once', async () => {
  const { router } = await routerTo([]);

  const retired = await router.retire(['nobody'], { deadlineMs: 10_000 });

  expect(retired).toEqual({ drained: 0, cut: 0, websocketsClosed: 0 });
});
