import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { api, type Endpoint, Problem } from '@pltf/contracts';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { exchange, received } from './testing/raw-request.ts';
import { startTestApp, type TestApp } from './testing/test-app.ts';

let folder: string;
let app: TestApp;
let admin: Awaited<ReturnType<TestApp['person']>>;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'pltf-portal-'));
  await mkdir(join(folder, 'assets'));
  await writeFile(
    join(folder, 'index.html'),
    '<!doctype html><script>boot()</script><script src="/assets/a.js"></script>portal',
  );
  await writeFile(join(folder, 'assets', 'index-4f3a.js'), 'export {};');
  await writeFile(join(folder, 'favicon.svg'), '<svg/>');
  await writeFile(join(folder, '.secret'), 'hidden');
  await writeFile(join(folder, '..', 'pltf-outside.txt'), 'CONTENT-OUTSIDE');
  app = await startTestApp({
    portalDirectory: folder,
    bodyTimeoutMs: 300,
    handlers: {
      planComponent: async ({ body }, context) => {
        context.authorize({});
        return {
          name: body.name,
          kind: 'service',
          owner: 'x',
          files: [],
          placements: [],
          problems: [],
          path: { id: 'p', title: 't', version: '1', maturity: 'supported', support: 's' },
          pipeline: { jobs: [] },
        };
      },
      platformHealth: async () => ({ status: 'ok', version: '1', database: 'ok', agent: 'ok' }),
      // Answers without ever asking whether it may.
      getRun: async () => ({}) as never,
      // Answers otherwise than described.
      getTask: async (_, context) => {
        context.authorize({});
        return { id: 7 } as never;
      },
      getRollout: async (_, context) => {
        context.authorize({});
        throw new Error('secret detail of the inside: password=hunter2');
      },
    },
  });
  admin = await app.person('admin', { role: 'platform' });
});
afterAll(async () => {
  await app[Symbol.asyncDispose]();
  await rm(folder, { recursive: true, force: true });
  await rm(join(folder, '..', 'pltf-outside.txt'), { force: true });
});

const call = (
  path: string,
  init: Omit<RequestInit, 'headers'> & { readonly headers?: Record<string, string> } = {},
): Promise<Response> =>
  fetch(`${app.url}${path}`, { ...init, headers: { ...admin.headers, ...init.headers } });

const json = { 'content-type': 'application/json' };

async function problemOf(response: Response): Promise<Problem> {
  expect(response.headers.get('content-type')).toMatch(/^application\/problem\+json/);
  return Problem.parse(await response.json());
}

describe('every operation of the table', () => {
  test('is served: nobody signed in is told so, and never "not found"', async () => {
    const unserved: string[] = [];
    for (const [name, { method, path, action }] of Object.entries(api) as [string, Endpoint][]) {
      if (action === 'public') continue;
      const response = await fetch(`${app.url}/api/v1${path.replace(/:[A-Za-z]+/g, 'x')}`, {
        method,
      });
      await response.body?.cancel();
      if (response.status !== 401) unserved.push(`${name}: ${response.status}`);
    }

    expect(unserved).toEqual([]);
  });
});

describe('a request that is not valid', () => {
  test('is told all its problems at once, each with its place', async () => {
    const response = await call('/api/v1/tokens', {
      method: 'POST',
      headers: json,
      body: JSON.stringify({ name: '', scopes: ['fly'], days: 0, colour: 'red' }),
    });

    const problem = await problemOf(response);
    expect(problem).toMatchObject({ status: 400, code: 'bad-request' });
    expect(problem.errors.map(({ where }) => where).toSorted()).toEqual([
      'body',
      'body.days',
      'body.name',
      'body.scopes.0',
    ]);
    expect(problem.errors.find(({ where }) => where === 'body')?.message).toBe('unknown: `colour`');
    expect(problem.requestId).toBe(response.headers.get('x-request-id'));
  });

  test.each([
    ['malformed JSON', '{"name":', 400, 'bad-request'],
    ['a prototype', '{"__proto__":{"admin":true},"name":"x"}', 400, 'bad-request'],
    ['an array', '[]', 400, 'bad-request'],
    ['a text', '"x"', 400, 'bad-request'],
    ['null', 'null', 400, 'bad-request'],
    ['nothing', '', 400, 'bad-request'],
    ['NUL in a text', '{"name":"a\\u0000b"}', 400, 'bad-request'],
    [
      'nesting of 10,000',
      `{"name":"x","parameters":{"a":${'['.repeat(10_000)}${']'.repeat(10_000)}}}`,
      400,
      'bad-request',
    ],
    ['more than 1 MiB', JSON.stringify({ name: 'x'.repeat(1024 * 1024) }), 413, 'body-too-large'],
  ])('with a body of %s is refused as a problem', async (_, body, status, code) => {
    const response = await call('/api/v1/plans', { method: 'POST', headers: json, body });

    expect(await problemOf(response)).toMatchObject({ status, code });
  });

  test('with another media type is refused', async () => {
    const response = await call('/api/v1/plans', {
      method: 'POST',
      headers: { 'content-type': 'text/xml' },
      body: '<x/>',
    });

    expect(await problemOf(response)).toMatchObject({
      status: 415,
      code: 'media-type-unsupported',
    });
  });

  test.each([
    ['/api/v1/components/%00', 400],
    ['/api/v1/components/..%2F..%2Fetc', 400],
    ['/api/v1/components/admin', 400],
    [`/api/v1/components/${'a'.repeat(5_000)}`, 400],
    ['/api/v1/components/%E0%A4%A', 400],
    ['/api/v1/components?limit=1&limit=2', 400],
    ['/api/v1/components?limit=9999', 400],
    ['/api/v1/components?colour=red', 400],
    [`/api/v1/components?q=${'a'.repeat(8_000)}`, 414],
    ['/api/v1/audit?cursor=drop', 400],
    ['/api/v1/nowhere', 404],
    ['/api', 404],
    ['/git/users-api.git/config', 404],
  ])('GET %s is answered as a problem with %i', async (path, status) => {
    const response = await call(path);

    expect(response.status).toBe(status);
    if (!path.startsWith('/git/')) await problemOf(response);
  });

  test('with a method that does not exist here is told which do', async () => {
    const response = await call('/api/v1/components', { method: 'PUT', headers: json, body: '{}' });

    expect(await problemOf(response)).toMatchObject({ status: 405, code: 'method-not-allowed' });
    expect(response.headers.get('allow')?.split(', ').toSorted()).toEqual(['GET', 'POST']);
  });

  test('with a strange Idempotency-Key is refused', async () => {
    const response = await call('/api/v1/teams', {
      method: 'POST',
      headers: { ...json, 'idempotency-key': 'x'.repeat(201) },
      body: '{"name":"team-x"}',
    });

    expect(await problemOf(response)).toMatchObject({
      errors: [{ where: 'headers.idempotency-key' }],
    });
  });
});

describe('below HTTP', () => {
  const line = (extra: string): string =>
    `GET /api/v1/health HTTP/1.1\r\nhost: localhost\r\n${extra}\r\n`;

  test('headers longer than 16 KiB are refused as a problem', async () => {
    const text = await exchange(app.port, line(`x-long: ${'a'.repeat(20_000)}\r\n`));

    expect(text).toMatch(/^HTTP\/1\.1 431 /);
    expect(text).toContain('"code":"headers-too-large"');
  });

  test.each([
    ['no HTTP at all', 'hello there\r\n\r\n'],
    ['two lengths', line('content-length: 1\r\ncontent-length: 2\r\n')],
    ['a length and chunks', line('content-length: 5\r\ntransfer-encoding: chunked\r\n')],
    ['a folded header', line('x-a: b\r\n c: d\r\n\0: x\r\n')],
  ])('%s is refused and the connection closed', async (_, bytes) => {
    const text = await exchange(app.port, bytes);

    expect(text).toMatch(/^HTTP\/1\.1 400 /);
    expect(text).toContain('"code":"bad-request"');
  });

  test('a body that trickles in is cut off', async () => {
    const socket = connect(app.port, '127.0.0.1');
    socket.write(
      `POST /api/v1/plans HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer ${admin.token}\r\ncontent-type: application/json\r\ncontent-length: 100\r\n\r\n{`,
    );

    const text = await received(socket, 3_000);

    expect(text).toMatch(/^HTTP\/1\.1 408 /);
    expect(text).toContain('"code":"request-timeout"');
  });

  test.each([
    'evil.example',
    'localhost.evil.example',
    '127.0.0.1.evil.example',
    '192.168.1.1',
    'localhost:7070:80',
    '',
  ])('the host name "%s" is refused', async (host) => {
    const text = await exchange(
      app.port,
      `GET / HTTP/1.1\r\nhost: ${host}\r\nconnection: close\r\n\r\n`,
    );

    expect(text).toMatch(/^HTTP\/1\.1 421 /);
  });

  test.each(['localhost', 'LOCALHOST:7070', '127.0.0.1:1', '[::1]:7070'])(
    'the host name "%s" is answered',
    async (host) => {
      const text = await exchange(
        app.port,
        `GET /api/v1/health HTTP/1.1\r\nhost: ${host}\r\nconnection: close\r\n\r\n`,
      );

      expect(text).toMatch(/^HTTP\/1\.1 200 /);
    },
  );
});

describe('a failure inside', () => {
  test('tells the caller nothing of what happened, and the log everything', async () => {
    const response = await call('/api/v1/rollouts/ro_01hzzzzzzzzzzzzzzzzzzzzzzz');

    const text = await response.text();
    expect(response.status).toBe(500);
    expect(text).not.toContain('hunter2');
    const { requestId, code } = JSON.parse(text) as Problem;
    expect(code).toBe('internal');
    const entry = app.logged.find((line) => line['reqId'] === requestId && line['level'] === 50);
    expect(JSON.stringify(entry)).toContain('hunter2');
  });

  test('is what a handler is that answers without asking for authorization', async () => {
    const response = await call('/api/v1/runs/run_01hzzzzzzzzzzzzzzzzzzzzzzz');

    expect(await problemOf(response)).toMatchObject({ status: 500, code: 'internal' });
    expect(JSON.stringify(app.logged)).toContain('answered without asking for component:read');
  });

  test('is what an answer is that differs from its description', async () => {
    const response = await call('/api/v1/tasks/task_01hzzzzzzzzzzzzzzzzzzzzzzz');

    expect(await problemOf(response)).toMatchObject({ status: 500, code: 'internal' });
    expect(JSON.stringify(app.logged)).toContain('getTask answers otherwise than described');
  });
});

describe('headers', () => {
  test('of the API forbid everything that an answer is not for', async () => {
    const { headers } = await call('/api/v1/health');

    expect(headers.get('content-security-policy')).toContain("default-src 'none'");
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('cache-control')).toBe('no-store');
    expect(headers.get('access-control-allow-origin')).toBeNull();
    expect(headers.get('x-powered-by') ?? headers.get('server')).toBeNull();
  });
});

describe('the portal', () => {
  test.each(['/', '/assets/index-4f3a.js', '/somewhere'])(
    '%s has the same headers without a body',
    async (path) => {
      const [get, head] = [await call(path), await call(path, { method: 'HEAD' })];

      expect([get.status, head.status]).toEqual([200, 200]);
      expect(head.headers.get('content-length')).toBe(get.headers.get('content-length'));
      expect(await head.text()).toBe('');
      await get.body?.cancel();
    },
  );

  test.each(['/', '/components/users-api', '/sign-in', '/index.html'])(
    '%s is its page, under a strict policy',
    async (path) => {
      const response = await call(path);

      expect(await response.text()).toContain('portal');
      expect(response.headers.get('content-type')).toBe('text/html; charset=utf-8');
      expect(response.headers.get('cache-control')).toBe('no-cache');
      const policy = response.headers.get('content-security-policy');
      expect(policy).not.toContain('unsafe');
      // The hash of `boot()`, and of no other script.
      expect(policy?.match(/'sha256-[^']+'/g)).toEqual([
        "'sha256-MeZS89WlF0u+o0hCvHTBt4q1WHU+U+sJKgbdRUc36mY='",
      ]);
    },
  );

  test('names with a hash are kept for ever, others are asked for again', async () => {
    const asset = await call('/assets/index-4f3a.js');
    const icon = await call('/favicon.svg');

    expect(asset.headers.get('cache-control')).toBe('public, max-age=31536000, immutable');
    expect(asset.headers.get('content-type')).toMatch(/javascript/);
    expect(icon.headers.get('cache-control')).toBe('public, max-age=0');
    expect(icon.headers.get('etag')).not.toBeNull();
    await Promise.all([asset.body?.cancel(), icon.body?.cancel()]);
  });

  test.each([
    '/assets/missing-1234.js',
    '/.secret',
    '/..%2fpltf-outside.txt',
    '/%2e%2e/pltf-outside.txt',
    '/assets/..%2f..%2fpltf-outside.txt',
    '/assets/%00',
    '/..%5cpltf-outside.txt',
  ])('%s leads nowhere', async (path) => {
    const text = await exchange(
      app.port,
      `GET ${path} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n`,
    );

    expect(text).toMatch(/^HTTP\/1\.1 (?:404|400) /);
    expect(text).not.toContain('CONTENT-OUTSIDE');
    expect(text).not.toContain('hidden');
  });
});

test('without a built portal its page says how to build it, and the API answers', async () => {
  await using own = await startTestApp({ portalDirectory: join(folder, 'nowhere') });

  const page = await fetch(`${own.url}/`);
  const asset = await fetch(`${own.url}/assets/a.js`);

  expect(await problemOf(page)).toMatchObject({ status: 404, detail: 'the portal is not built' });
  expect(asset.status).toBe(404);
  expect((await fetch(`${own.url}/api/docs`)).status).toBe(200);
});

describe('what was asked above', () => {
  test('was answered once each: nothing complains of a second answer', () => {
    const complaints = app.logged.filter(({ msg }) =>
      /already|Promise|reply\.sent/.test(String(msg)),
    );

    expect(complaints).toEqual([]);
  });
});

describe('trying to hurt it', () => {
  test('does not keep it from answering', async () => {
    const response = await call('/api/v1/health');

    expect(await response.json()).toMatchObject({ status: 'ok' });
  });
});
