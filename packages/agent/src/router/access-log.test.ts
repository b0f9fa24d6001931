import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import fc from 'fast-check';
import { expect, onTestFinished, test } from 'vitest';
import { type AccessEntry, accessLine, createClockText } from './access-line.ts';
import { AccessLog } from './access-log.ts';
import { anyText } from './testing/any-text.ts';
import { ask, exchangeRaw } from './testing/client.ts';
import { routerTo } from './testing/router.ts';
import { httpUpstream } from './testing/upstream.ts';

const entry: AccessEntry = {
  at: Date.UTC(2026, 0, 2, 3, 4, 5, 6),
  placement: 'app.prod',
  host: 'app.test',
  method: 'GET',
  path: '/a?b=c',
  status: 200,
  bytes: 12,
  milliseconds: 1.23456,
  instance: 'i1',
  requestId: 'id-1',
};

async function folder(): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'pltf-access-'));
  onTestFinished(() => rm(path, { recursive: true, force: true }));
  return path;
}

const linesOf = async (path: string): Promise<Record<string, unknown>[]> =>
  (await readFile(path, 'utf8'))
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));

test('a line tells time, host, method, path, status, bytes, duration, instance and id', () => {
  expect(JSON.parse(accessLine(entry, createClockText()))).toEqual({
    time: '2026-01-02T03:04:05.006Z',
    placement: 'app.prod',
    host: 'app.test',
    method: 'GET',
    path: '/a?b=c',
    status: 200,
    bytes: 12,
    ms: 1.235,
    instance: 'i1',
    id: 'id-1',
  });
});

test('whatever a client puts into host and path, a line is one line of printable JSON', () => {
  const hostile = anyText;
  fc.assert(
    fc.property(hostile, hostile, (host, path) => {
      const line = accessLine({ ...entry, host, path }, createClockText());

      expect(line).toMatch(/^[\x20-\x7e]+\n$/);
      expect(JSON.parse(line)).toMatchObject({ host, path });
    }),
  );
});

test('long paths and queries are cut off after 2 KiB each', () => {
  const path = `/${'p'.repeat(5_000)}?${'q'.repeat(5_000)}`;

  const { path: shown } = JSON.parse(accessLine({ ...entry, path }, createClockText()));

  expect(shown).toBe(`/${'p'.repeat(2_047)}\u2026?${'q'.repeat(2_047)}\u2026`);
});

test('each request through the router leaves a line, also those that it answers itself', async () => {
  const path = join(await folder(), 'access.log');
  const upstream = await httpUpstream((_message, response) => response.end('twelve bytes'));
  const { router, port } = await routerTo([upstream.port], { accessLog: { path } });

  await ask(port, { path: '/a?b', headers: { 'x-request-id': 'mine' } });
  await ask(port, { host: 'nobody.test', method: 'POST', path: '/c' });
  await exchangeRaw(port, 'nonsense\r\n\r\n');
  await router.close({ deadlineMs: 1_000 });

  const [first, second, third] = await linesOf(path);
  expect(first).toMatchObject({
    placement: 'app.prod',
    host: 'app.test',
    method: 'GET',
    path: '/a?b',
    status: 200,
    bytes: 12,
    instance: 'i1',
    id: 'mine',
  });
  expect(second).toMatchObject({ host: 'nobody.test', method: 'POST', path: '/c', status: 404 });
  expect(third).toMatchObject({ method: '-', status: 400 });
  expect((await stat(path)).mode & 0o777).toBe(0o600);
});

test('files are rotated by size and only so many are kept; no line is lost at a rotation', async () => {
  const directory = await folder();
  const path = join(directory, 'access.log');
  const log = new AccessLog({ path, maximumBytes: 2_000, keep: 3 });

  for (let count = 0; count < 60; count++) {
    log.add({ ...entry, bytes: count });
    await log.flush();
  }
  await log[Symbol.asyncDispose]();

  const files = (await readdir(directory)).toSorted();
  expect(files).toEqual(['access.log', 'access.log.1', 'access.log.2', 'access.log.3']);
  const numbers: unknown[] = [];
  for (const file of files.toReversed()) {
    expect((await stat(join(directory, file))).size).toBeLessThanOrEqual(2_000);
    numbers.push(...(await linesOf(join(directory, file))).map(({ bytes }) => bytes));
  }
  expect(numbers).toEqual(Array.from(numbers, (_unused, index) => 60 - numbers.length + index));
});

test('lines that come faster than they are written are dropped, counted, and reported in the log', async () => {
  const path = join(await folder(), 'access.log');
  const log = new AccessLog({ path, maximumWaiting: 1, flushMs: 10_000 });

  for (let count = 0; count < 5_000; count++) log.add(entry);
  await log.flush();
  const { written, dropped } = log.state;
  log.add(entry);
  await log[Symbol.asyncDispose]();

  expect(written).toBeGreaterThan(1_000);
  expect(written + dropped).toBe(5_000);
  const reports = (await linesOf(path)).filter((line) => 'dropped' in line);
  expect(reports).toEqual([{ time: expect.any(String), dropped }]);
});

test('a log that cannot be written costs lines, not requests', async () => {
  const directory = await folder();
  const upstream = await httpUpstream((_message, response) => response.end('ok'));
  const { router, port } = await routerTo([upstream.port], {
    accessLog: { path: join(directory, 'missing', 'access.log'), flushMs: 10 },
  });

  const answer = await ask(port);
  while (router.accessLogState?.dropped !== 1) await sleep(5);

  expect(answer.status).toBe(200);
  expect(router.accessLogState).toMatchObject({ written: 0, dropped: 1 });
  expect(router.accessLogState?.problem).toContain('ENOENT');
});
