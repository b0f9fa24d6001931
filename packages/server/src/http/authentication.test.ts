import { createClient } from '@pltf/contracts';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { GitRequest } from './git-routes.ts';
import { usualRates } from './rate-limits.ts';
import { startTestApp, type TestApp } from './testing/test-app.ts';

let app: TestApp;
const gitRequests: GitRequest[] = [];

beforeAll(async () => {
  app = await startTestApp({
    serveGit: async (request) => {
      gitRequests.push(request);
      let bytes = 0;
      for await (const chunk of request.request) bytes += (chunk as Buffer).length;
      request.response.writeHead(200, { 'content-type': 'text/plain' }).end(String(bytes));
    },
  });
});
afterAll(() => app[Symbol.asyncDispose]());

const me = (headers: Record<string, string>) => fetch(`${app.url}/api/v1/me`, { headers });
const makeToken = (headers: Record<string, string>) =>
  fetch(`${app.url}/api/v1/tokens`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify({ name: 'x', scopes: ['read'] }),
  });
const codeOf = async (response: Response) => ((await response.json()) as { code?: string }).code;

describe('who asks', () => {
  test('is known by a bearer token', async () => {
    const { headers } = await app.person('by-token');

    expect(await (await me(headers)).json()).toMatchObject({
      user: { name: 'by-token' },
      via: 'token',
    });
  });

  test('is known by the session cookie', async () => {
    await app.person('by-cookie');
    const { cookie } = await app.signIn('by-cookie');

    expect(await (await me(cookie)).json()).toMatchObject({
      user: { name: 'by-cookie' },
      via: 'session',
    });
  });

  test("is the token's person when both are sent", async () => {
    const { headers } = await app.person('of-the-token');
    await app.person('of-the-cookie');
    const { cookie } = await app.signIn('of-the-cookie');

    expect(await (await me({ ...headers, ...cookie })).json()).toMatchObject({
      user: { name: 'of-the-token' },
    });
  });

  test.each([
    ['nothing', {}],
    ['an unknown token', { authorization: 'Bearer pltf_pat_000000000000000000000000000000000000' }],
    ['a token that is none', { authorization: 'Bearer x' }],
    ['an empty token', { authorization: 'Bearer ' }],
    ['another scheme', { authorization: 'Digest x' }],
    ['an unknown session', { cookie: `pltf_session=${'a'.repeat(43)}` }],
    ['a huge session', { cookie: `pltf_session=${'a'.repeat(5_000)}` }],
    ['an empty cookie', { cookie: 'pltf_session=' }],
    ['cookies that are none', { cookie: '=;;=; a' }],
  ])('is nobody with %s', async (_, headers) => {
    const response = await me(headers);

    expect(response.status).toBe(401);
    expect(response.headers.get('www-authenticate')).toMatch(/^Bearer/);
    expect(await codeOf(response)).toBe('unauthenticated');
  });

  test('is nobody when a session cookie comes twice, since one of the two is forged', async () => {
    await app.person('doubled');
    const { session } = await app.signIn('doubled');

    expect((await me({ cookie: `pltf_session=${session}; pltf_session=forged` })).status).toBe(401);
  });

  test('is not taken from a token in the wrong place', async () => {
    const { token } = await app.person('misplaced');

    expect((await me({ cookie: `pltf_session=${token}` })).status).toBe(401);
    expect(
      (await me({ authorization: `Basic ${Buffer.from(`x:${token}`).toString('base64')}` })).status,
    ).toBe(401);
  });
});

describe('a change by session cookie', () => {
  test('is carried out when the portal sends it', async () => {
    await app.person('in-portal');
    const { headers } = await app.signIn('in-portal');

    expect((await makeToken(headers)).status).toBe(201);
  });

  test.each([
    ['another site', { 'x-pltf-portal': '1', 'sec-fetch-site': 'cross-site' }],
    ['a neighbour under the same domain', { 'x-pltf-portal': '1', 'sec-fetch-site': 'same-site' }],
    ['a form, which cannot set headers', { 'sec-fetch-site': 'same-origin' }],
    ['an old browser on another site', { 'x-pltf-portal': '1', 'origin': 'http://evil.example' }],
    ['an old browser on another port', { 'x-pltf-portal': '1', 'origin': 'http://127.0.0.1:1' }],
    ['a sandboxed page', { 'x-pltf-portal': '1', 'origin': 'null' }],
    ['something that does not say where it began', { 'x-pltf-portal': '1' }],
  ])('is refused from %s', async (_, headers) => {
    const name = `victim-${Math.random().toString(36).slice(2, 8)}`;
    await app.person(name);
    const { cookie } = await app.signIn(name);

    const response = await makeToken({ ...cookie, ...(headers as Record<string, string>) });

    expect(response.status).toBe(403);
    expect(await codeOf(response)).toBe('cross-site-request');
  });

  test('is carried out from an old browser on the portal itself', async () => {
    await app.person('old-browser');
    const { cookie } = await app.signIn('old-browser');

    expect((await makeToken({ ...cookie, 'x-pltf-portal': '1', 'origin': app.url })).status).toBe(
      201,
    );
  });

  test('is not asked for any of this by token', async () => {
    const { headers } = await app.person('program');

    expect((await makeToken(headers)).status).toBe(201);
  });

  test('signing in is refused when another site sends it', async () => {
    const response = await fetch(`${app.url}/api/v1/session`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'sec-fetch-site': 'cross-site' },
      body: JSON.stringify({ token: 'x' }),
    });

    expect(await codeOf(response)).toBe('cross-site-request');
  });
});

describe('on https', () => {
  test('the cookie is for this host alone and never sent in the clear', async () => {
    await using own = await startTestApp({ portalUrl: 'https://pltf.example.com' });
    const { token } = await own.person('secure');
    const { url } = await createClient({ url: own.url, token }).createSignInLink({ body: {} });
    expect(url).toMatch(/^https:\/\/pltf\.example\.com\/sign-in#token=/);

    const response = await fetch(`${own.url}/api/v1/session`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ token: url.split('#token=')[1] }),
    });

    expect(response.headers.get('set-cookie')).toMatch(
      /^__Host-pltf_session=[\w-]{43}; Path=\/; HttpOnly; SameSite=Lax; Max-Age=\d+; Secure$/,
    );
    expect(response.headers.get('strict-transport-security')).toMatch(/^max-age=/);
  });
});

describe('git', () => {
  const basic = (token: string, name = 'whoever') => ({
    authorization: `Basic ${Buffer.from(`${name}:${token}`).toString('base64')}`,
  });
  const refs = (headers: Record<string, string>, service = 'git-upload-pack') =>
    fetch(`${app.url}/git/users-api.git/info/refs?service=${service}`, { headers });

  test('is asked for name and password, and told what they are', async () => {
    const response = await refs({});

    expect(response.status).toBe(401);
    expect(response.headers.get('www-authenticate')).toBe('Basic realm="pltf", charset="UTF-8"');
    expect(response.headers.get('content-type')).toMatch(/^text\/plain/);
    expect(await response.text()).toContain('a token as the password');
  });

  test('is served with a token as the password, whatever the name, and handed on with what it wants', async () => {
    const { token } = await app.person('pusher');

    const read = await refs(basic(token));
    const write = await refs(basic(token, ''), 'git-receive-pack');

    expect([read.status, write.status]).toEqual([200, 200]);
    expect(gitRequests.slice(-2)).toMatchObject([
      {
        repository: 'users-api',
        path: '/info/refs',
        query: 'service=git-upload-pack',
        writes: false,
        actor: { name: 'pusher' },
      },
      {
        repository: 'users-api',
        path: '/info/refs',
        query: 'service=git-receive-pack',
        writes: true,
      },
    ]);
  });

  test('hands on bodies of any type and size as they come', async () => {
    const { token } = await app.person('big-pusher');

    const response = await fetch(`${app.url}/git/users-api.git/git-receive-pack`, {
      method: 'POST',
      headers: { ...basic(token), 'content-type': 'application/x-git-receive-pack-request' },
      body: Buffer.alloc(5_000_000),
    });

    expect(await response.text()).toBe('5000000');
  });

  test('is refused without the scope, by session, and with a wrong password', async () => {
    const narrow = await app.person('narrow-git', { scopes: ['read', 'write'] });
    await app.person('browser-git');
    const { headers } = await app.signIn('browser-git');

    expect((await refs(basic(narrow.token))).status).toBe(403);
    expect((await refs(headers)).status).toBe(401);
    expect((await refs(basic('wrong'))).status).toBe(401);
    expect((await refs({ authorization: 'Basic !!!' })).status).toBe(401);
  });

  test.each([
    '/git/UPPER.git/info/refs',
    '/git/a..b.git/info/refs',
    '/git/users-api.git/objects/00/11',
    '/git/users-api.git/HEAD',
    '/git/users-api.git/../../etc/passwd',
    '/git/%2e%2e/info/refs',
    '/git/users-api.git/git-upload-pack',
  ])('has nothing at %s', async (path) => {
    const { token } = await app.person(`wanders-${Math.random().toString(36).slice(2, 8)}`);
    const before = gitRequests.length;

    const response = await fetch(`${app.url}${path}`, { headers: basic(token) });

    expect(response.status).toBe(404);
    expect(gitRequests).toHaveLength(before);
  });
});

describe('too much', () => {
  test('of one person is refused for a while, and nobody else notices', async () => {
    await using own = await startTestApp({
      rates: { ...usualRates, actor: { burst: 3, perSecond: 1 } },
    });
    const [loud, quiet] = [await own.person('loud'), await own.person('quiet')];
    const ask = (headers: Record<string, string>) => fetch(`${own.url}/api/v1/me`, { headers });

    const statuses: number[] = [];
    for (let count = 0; count < 5; count += 1) statuses.push((await ask(loud.headers)).status);
    const refused = await ask(loud.headers);

    expect(statuses).toEqual([200, 200, 200, 429, 429]);
    expect(refused.headers.get('retry-after')).toBe('1');
    expect(await codeOf(refused)).toBe('rate-limited');
    expect((await ask(quiet.headers)).status).toBe(200);
    own.clock.pass(1_000);
    expect((await ask(loud.headers)).status).toBe(200);
  });

  test('of sign-in links that do not work is refused, ten in a quarter of an hour; those that work do not count', async () => {
    await using own = await startTestApp();
    const { token } = await own.person('boss', { role: 'platform' });
    const client = createClient({ url: own.url, token });
    const signIn = (secret: string | undefined) =>
      fetch(`${own.url}/api/v1/session`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ token: secret }),
      });

    for (let count = 0; count < 15; count += 1) {
      const { url } = await client.createSignInLink({ body: {} });
      expect((await signIn(url.split('#token=')[1])).status).toBe(200);
    }
    const guesses: number[] = [];
    for (let count = 0; count < 12; count += 1) guesses.push((await signIn('guess')).status);

    expect(guesses).toEqual([...Array<number>(10).fill(401), 429, 429]);
    expect(Number((await signIn('guess')).headers.get('retry-after'))).toBeGreaterThan(60);
  });

  test('of wrong tokens is refused, and right ones from the same address are not', async () => {
    await using own = await startTestApp({
      rates: { ...usualRates, refused: { burst: 2, perSecond: 0.001 } },
    });
    const { headers } = await own.person('right');
    const ask = (sent: Record<string, string>) => fetch(`${own.url}/api/v1/me`, { headers: sent });

    const wrong: number[] = [];
    for (let count = 0; count < 4; count += 1)
      wrong.push((await ask({ authorization: 'Bearer wrong' })).status);

    expect(wrong).toEqual([401, 401, 429, 429]);
    expect((await ask(headers)).status).toBe(200);
  });

  test('is counted by the forwarded address only behind a proxy that is trusted', async () => {
    const rates = { ...usualRates, anonymous: { burst: 1, perSecond: 0.001 } };
    await using direct = await startTestApp({ rates });
    await using behind = await startTestApp({ rates, trustedProxies: ['127.0.0.1'] });
    const ask = async (own: TestApp, from: string) =>
      (await fetch(`${own.url}/api/v1/me`, { headers: { 'x-forwarded-for': from } })).status;

    expect([await ask(direct, '1.1.1.1'), await ask(direct, '2.2.2.2')]).toEqual([401, 429]);
    expect([
      await ask(behind, '1.1.1.1'),
      await ask(behind, '2.2.2.2'),
      await ask(behind, '2.2.2.2'),
    ]).toEqual([401, 401, 429]);
  });
});
