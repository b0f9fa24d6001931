import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { ask, keepAliveAgent, rawClient } from './testing/client.ts';
import { runningRouter } from './testing/router.ts';
import { httpUpstream, processUpstream } from './testing/upstream.ts';

const echo = () =>
  httpUpstream((message, response) => {
    const chunks: Buffer[] = [];
    message.on('data', (chunk: Buffer) => chunks.push(chunk));
    message.on('end', () => response.end(Buffer.concat(chunks)));
  });

async function heldRouter(options = {}) {
  const running = await runningRouter(options);
  const set = (port: number | undefined, instanceId = 'i1') =>
    running.router.setRoute('app.prod', {
      hosts: ['app.test'],
      backends: port === undefined ? [] : [{ instanceId, port }],
    });
  const held = async (count: number): Promise<void> => {
    while (running.router.counters('app.prod')?.held !== count) await sleep(5);
  };
  return { ...running, set, held };
}

test('an application that cannot run twice is replaced under load without losing a request', async () => {
  let instance = await processUpstream('v0');
  const { router, port, set } = await heldRouter();
  set(instance.port, 'v0');
  const agent = keepAliveAgent(32);
  const statuses = new Map<number, number>();
  let requests = 0;
  let running = true;
  const client = async (index: number): Promise<void> => {
    for (let count = index; running; count++) {
      const post = count % 4 === 0;
      const { status, body } = await ask(
        port,
        post ? { method: 'POST', body: 'x'.repeat(2_000), agent } : { agent },
      ).catch(() => ({ status: 0, body: '' }));
      requests += 1;
      const right = status === 200 && body.length === (post ? 2_000 : 5);
      statuses.set(right ? 200 : status, (statuses.get(right ? 200 : status) ?? 0) + 1);
    }
  };
  const clients = Array.from({ length: 32 }, (_unused, index) => client(index));

  for (let version = 1; version <= 5; version++) {
    router.hold('app.prod', 10_000);
    await router.retire([`v${version - 1}`], { deadlineMs: 5_000 });
    await instance.kill();
    instance = await processUpstream(`v${version}`);
    set(instance.port, `v${version}`);
    router.release('app.prod');
    const enough = requests + 200;
    while (requests < enough) await sleep(5);
  }
  running = false;
  await Promise.all(clients);

  expect([...statuses.keys()]).toEqual([200]);
  expect(statuses.get(200)).toBeGreaterThan(1_000);
  expect(router.counters('app.prod')).toMatchObject({ failures: 0, held: 0, inFlight: 0 });
});

test('held requests go on in the order in which they came, bodies included', async () => {
  const order: string[] = [];
  const upstream = await httpUpstream((message, response) => {
    order.push(message.url ?? '');
    let bytes = 0;
    message.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
    });
    message.on('end', () => response.end(String(bytes)));
  });
  const { router, port, set, held } = await heldRouter();
  set(undefined);
  router.hold('app.prod', 10_000);

  const answers: Promise<{ body: string }>[] = [];
  for (let index = 0; index < 5; index++) {
    answers.push(ask(port, { method: 'POST', path: `/${index}`, body: 'x'.repeat(500_000) }));
    await held(index + 1);
  }
  set(upstream.port);
  router.release('app.prod');

  expect((await Promise.all(answers)).map(({ body }) => body)).toEqual(Array(5).fill('500000'));
  expect(order).toEqual(['/0', '/1', '/2', '/3', '/4']);
});

test('a held body is not read beyond what Node has buffered', async () => {
  const { router, port, set, held } = await heldRouter();
  set(undefined);
  router.hold('app.prod', 10_000);
  const client = await rawClient(port);

  client.write('POST / HTTP/1.1\r\nHost: app.test\r\nContent-Length: 60000000\r\n\r\n');
  client.write(Buffer.alloc(60_000_000));
  await held(1);
  await sleep(200);
  const stuck = client.socket.writableLength;
  const upstream = await httpUpstream((message, response) => {
    message.resume().on('end', () => response.end('all'));
  });
  set(upstream.port);
  router.release('app.prod');
  await client.until((received) => received.endsWith('all'));

  expect(stuck).toBeGreaterThan(0);
});

test('a hold that lasts too long answers 503 with Retry-After, and is over', async () => {
  const upstream = await echo();
  const { router, port, set } = await heldRouter();
  set(upstream.port);
  router.hold('app.prod', 150);

  const begun = performance.now();
  const refused = await ask(port);
  const waited = performance.now() - begun;
  const next = await ask(port);

  expect(refused.status).toBe(503);
  expect(Number(refused.headers['retry-after'])).toBeGreaterThan(0);
  expect(refused.body).toContain('application-restarting');
  expect(waited).toBeGreaterThan(100);
  expect(next.status).toBe(200);
  expect(router.counters('app.prod')).toMatchObject({ unavailable: 1, failures: 1, requests: 2 });
});

test('only so many requests, and so many bytes, wait; the others are told at once', async () => {
  const few = await heldRouter({ limits: { heldRequests: 2 } });
  const small = await heldRouter({ limits: { heldBytes: 70_000 } });
  for (const { router, set } of [few, small]) {
    set(undefined);
    router.hold('app.prod', 10_000);
  }

  const waiting = [ask(few.port), ask(few.port), ask(small.port, { method: 'POST', body: 'x' })];
  await Promise.all([few.held(2), small.held(1)]);
  const tooMany = await ask(few.port);
  const tooLarge = await ask(small.port, { method: 'POST', body: 'x' });

  expect(tooMany.status).toBe(503);
  expect(tooMany.headers).toHaveProperty('retry-after');
  expect(tooLarge.status).toBe(503);
  for (const { router } of [few, small]) router.removeRoute('app.prod');
  expect((await Promise.all(waiting)).map(({ status }) => status)).toEqual([503, 503, 503]);
});

test('a client that goes away while it waits makes room', async () => {
  const { router, port, set, held } = await heldRouter({ limits: { heldRequests: 1 } });
  set(undefined);
  router.hold('app.prod', 10_000);
  const client = await rawClient(port);
  client.write('GET / HTTP/1.1\r\nHost: app.test\r\n\r\n');
  await held(1);

  client.socket.destroy();
  await held(0);

  expect(router.counters('app.prod')).toMatchObject({ inFlight: 0, clientEnded: 1, failures: 0 });
});

test('holding a placement that is not known is an error', async () => {
  const { router } = await runningRouter();

  expect(() => router.hold('nobody.prod', 100)).toThrow('not-found');
});
