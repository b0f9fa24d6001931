import assert from 'node:assert/strict';
import { Agent, request as httpRequest } from 'node:http';
import { after, before, test } from 'node:test';
import { createApp, serviceName } from '../src/app.js';
import { createLog } from '../src/log.js';
import { createService } from '../src/service.js';

/** @type {string[]} */
const lines = [];
const log = createLog((line) => lines.push(line));
const service = createService({ log, lastAnswerMs: 0 });
let address = '';

before(async () => {
  address = `http://127.0.0.1:${await service.start(0, '127.0.0.1')}`;
});
after(() => service.stop(1000));

test('answers at / with its name', async () => {
  const response = await fetch(`${address}/`);

  assert.equal(response.status, 200);
  assert.equal((await response.json()).service, serviceName);
});

test('is healthy', async () => {
  const response = await fetch(`${address}/healthz`);

  assert.deepEqual([response.status, await response.json()], [200, { status: 'ok' }]);
});

test('answers 404 where there is nothing', async () => {
  const response = await fetch(`${address}/nowhere`, { method: 'POST', body: 'x' });

  assert.equal(response.status, 404);
});

test('keeps the id of a request, in the answer and in the log', async () => {
  const response = await fetch(`${address}/`, { headers: { 'x-request-id': 'abc-123' } });

  assert.equal(response.headers.get('x-request-id'), 'abc-123');
  await until(() => lines.map((line) => JSON.parse(line)).some(({ requestId, status }) => requestId === 'abc-123' && status === 200));
});

test('counts requests for Prometheus, which asks directly', async () => {
  await fetch(`${address}/healthz`);
  const counted = /http_requests_total\{method="GET",route="\/healthz",code="200"\} \d+/;
  await until(async () => counted.test(await (await fetch(`${address}/metrics`)).text()));
  const routed = await fetch(`${address}/metrics`, { headers: { 'x-forwarded-for': '203.0.113.7' } });

  assert.equal(routed.status, 404);
});

test('answers 500 when a route fails, and logs why', async () => {
  const failing = createService({
    log,
    lastAnswerMs: 0,
    app: createApp({ log, isStopping: () => { throw new Error('broken on purpose'); } }),
  });
  const port = await failing.start(0, '127.0.0.1');

  const response = await fetch(`http://127.0.0.1:${port}/healthz`);

  assert.equal(response.status, 500);
  assert.ok(lines.some((line) => line.includes('broken on purpose')));
  await failing.stop(1000);
});

test('finishes a request in flight when it is stopped, and takes no more on that connection', async () => {
  const arrived = withResolvers();
  const release = withResolvers();
  const slow = createService({
    log,
    app: async (_request, response) => {
      arrived.resolve(undefined);
      await release.promise;
      response.end('done');
    },
  });
  const port = await slow.start(0, '127.0.0.1');
  const agent = new Agent({ keepAlive: true });
  const answer = get({ port, agent });
  await arrived.promise;

  const stopped = slow.stop(5000);
  release.resolve(undefined);

  assert.deepEqual(await answer, { status: 200, connection: 'close', body: 'done' });
  assert.equal(await stopped, true);
  agent.destroy();
});

test('answers once more on a connection that is kept, and says that it was the last time', async () => {
  const kept = createService({ log });
  const port = await kept.start(0, '127.0.0.1');
  const agent = new Agent({ keepAlive: true });
  const before = await get({ port, agent });

  const stopped = kept.stop(5000);
  const last = await get({ port, agent });

  assert.deepEqual([before.status, before.connection], [200, 'keep-alive']);
  assert.deepEqual([last.status, last.connection], [200, 'close']);
  assert.equal(await stopped, true);
  agent.destroy();
});

test('closes connections that are kept and not used', async () => {
  const kept = createService({ log, lastAnswerMs: 20 });
  const port = await kept.start(0, '127.0.0.1');
  const agent = new Agent({ keepAlive: true });
  await get({ port, agent });

  assert.equal(await kept.stop(10_000), true);
  agent.destroy();
});

/** A request is counted and logged just after its answer. @param {() => boolean | Promise<boolean>} condition */
async function until(condition) {
  for (let tries = 0; tries < 200; tries += 1) {
    if (await condition()) return;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  assert.fail('it did not happen within a second');
}

/** @returns {{ promise: Promise<unknown>, resolve: (value: unknown) => void }} */
function withResolvers() {
  let resolve = (/** @type {unknown} */ _value) => {};
  const promise = new Promise((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
}

/** @param {import('node:http').RequestOptions} options */
const get = (options) =>
  new Promise((resolve, reject) => {
    httpRequest({ host: '127.0.0.1', ...options }, (response) => {
      let body = '';
      response.setEncoding('utf8').on('data', (part) => {
        body += part;
      });
      response.on('end', () => resolve({ status: response.statusCode, connection: response.headers.connection, body }));
    })
      .on('error', reject)
      .end();
  });
