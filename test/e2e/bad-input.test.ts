import { readFile, writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { type Client, createClient, PltfError, Problem } from '@pltf/contracts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startPlatform, type TestPlatform } from './support/platform.ts';
import { type Ended, fetchUrl, git, pltf, run } from './support/tools.ts';

describe('bad input at every edge', () => {
  let platform: TestPlatform;
  let clone: string;

  beforeAll(async () => {
    platform = await startPlatform();
    for (const kind of ['service', 'site']) {
      const created = await pltf(platform, 'create', kind, kind === 'site' ? 'pages' : 'steady');
      expect(created, created.err).toMatchObject({ code: 0 });
    }
    clone = join(platform.home, 'steady');
    await git(platform, platform.home, 'clone', '--quiet', `${platform.url}/git/steady.git`);
  });
  afterAll(() => platform?.[Symbol.asyncDispose]());

  it('refuses names that cannot be paths and hosts, says which form is right, and makes nothing', async () => {
    const names = [
      'ünïcode',
      '../etc',
      'prod',
      'Loud',
      'a b',
      '-x',
      'x'.repeat(10_000),
      'nul\u0000l',
      '\u202Eevil',
      '',
    ];
    const problems = await Promise.all(
      names.map((name) => api('POST', '/components', JSON.stringify({ name }))),
    );

    for (const [index, { status, problem }] of problems.entries()) {
      expect(status, names[index]?.slice(0, 40)).toBe(400);
      expect(problem.errors?.[0]?.where, names[index]?.slice(0, 40)).toMatch(/^body/);
      expect(problem.detail.length).toBeLessThan(500);
    }
    const typed = await pltf(platform, 'create', 'service', '../../etc');
    expect(typed.code).not.toBe(0);
    expect(typed.err).toContain('lower-case letters');
    expect(
      (await platform.client.listComponents({ query: {} })).items.map(({ name }) => name).sort(),
    ).toEqual(['pages', 'steady']);
  });

  it("refuses what a stranger or a viewer may not do, and lets them break nothing of another team's", async () => {
    await platform.client.createTeam({ body: { name: 'others' } });
    const stranger = await personIn('others', 'stan', 'developer');
    const viewer = await personIn('everyone', 'vera', 'viewer');

    for (const client of [stranger, viewer]) {
      const attempts = await Promise.allSettled([
        client.deleteComponent({ params: { component: 'steady' }, query: { confirm: 'steady' } }),
        client.stop({ params: { placement: 'steady.preview' }, body: {} }),
        client.promote({ params: { component: 'steady' }, body: {} }),
        client.runTask({
          params: { placement: 'steady.preview' },
          body: { command: ['id'], timeoutMs: 5000 },
        }),
        client.createComponent({
          body: {
            kind: 'service',
            name: 'foreign',
            owner: 'everyone',
            ci: 'github',
            parameters: {},
          },
        }),
        client.createUser({ body: { name: 'accomplice', role: 'platform' } }),
      ]);
      expect(
        attempts.map((attempt) =>
          attempt.status === 'rejected' && attempt.reason instanceof PltfError
            ? attempt.reason.code
            : attempt.status,
        ),
      ).toEqual(attempts.map(() => 'forbidden'));
    }
    await expectUndisturbed();
  });

  it('names every problem of a pushed thin file at its line and column: in the push, the command line and the API', async () => {
    const text = 'kind: servce\nname: steady\ntier: 9\nrun:\n  comand: node x\n  port: eighty\n';
    const pushed = await pushFile('broken', 'pltf.yaml', text);
    const shown = await pltf(platform, 'show', 'steady');
    const { items } = await platform.client.listRuns({
      params: { component: 'steady' },
      query: { branch: 'broken' },
    });

    const places = ['pltf.yaml:1:7', 'pltf.yaml:3:7', 'pltf.yaml:5:3', 'pltf.yaml:6:9'];
    for (const place of places)
      for (const said of [pushed.err, shown.out]) expect(said).toContain(place);
    expect(items[0]?.failing.map(({ where }) => where).sort()).toEqual(places);
    expect(pushed.err).toContain('Did you mean `command`?');
    expect(pushed.err).toContain('nothing was deployed');
  });

  it("refuses a thin file with another component's name, at its place", async () => {
    const source = await readFile(join(clone, 'pltf.yaml'), 'utf8');
    const pushed = await pushFile(
      'renamed',
      'pltf.yaml',
      source.replace(/^name: .*$/m, 'name: pages'),
    );

    expect(pushed.err).toContain('pltf.yaml:2:7');
    expect(pushed.err).toContain('Write `name: steady`');
  });

  it('refuses pushes that lose commits, come with a wrong token or none, or are no pushes at all', async () => {
    await git(platform, clone, 'switch', '--quiet', 'main');
    await git(platform, clone, 'commit', '--quiet', '--amend', '-m', 'Another past');
    const backwards = await git(platform, clone, 'push', 'origin', 'main');
    const anonymous = await run('git', ['push', `${platform.url}/git/steady.git`, 'main:x'], {
      cwd: clone,
      env: { ...process.env, GIT_TERMINAL_PROMPT: '0', HOME: platform.home },
    });
    const wrong = await run(
      'git',
      ['push', `${platform.url.replace('//', '//pltf:pltf_wrong@')}/git/steady.git`, 'main:x'],
      { cwd: clone, env: { ...process.env, GIT_TERMINAL_PROMPT: '0', HOME: platform.home } },
    );
    await garbage('/git/steady.git/git-receive-pack', 'application/x-git-receive-pack-request');

    expect(backwards.code).not.toBe(0);
    expect(backwards.err).toContain('non-fast-forward');
    expect(anonymous.code).not.toBe(0);
    expect(wrong.code).not.toBe(0);
    expect(wrong.err).toMatch(/Authentication failed|Username|denied/i);
    expect((await git(platform, clone, 'ls-remote', 'origin', 'x')).out).toBe('');
    expect(await git(platform, clone, 'fetch', '--quiet', 'origin')).toMatchObject({ code: 0 });
  });

  it('answers bad JSON, huge bodies and wrong types with a problem that says how to solve it', async () => {
    const bad = await api('POST', '/components', '{bad');
    const huge = await api('POST', '/components', JSON.stringify({ name: 'x'.repeat(5_000_000) }));
    const binary = await api('POST', '/components', 'name=x', { 'content-type': 'text/plain' });

    expect([bad, huge, binary].map(({ status, problem }) => `${status} ${problem.code}`)).toEqual([
      '400 bad-request',
      '413 body-too-large',
      '415 media-type-unsupported',
    ]);
    for (const { problem } of [bad, huge, binary]) expect(problem.fix).not.toBe('');
  });

  it('refuses foreign and malformed hosts on portal and router', async () => {
    const hosts = [
      'evil.example',
      'a..b',
      '../../x',
      'x y',
      '[::1',
      'x'.repeat(2_000),
      `steady.preview.localhost.evil.example`,
    ];
    for (const host of hosts) {
      expect((await raw(platform.port, '/api/v1/health', { host })).status, host.slice(0, 40)).toBe(
        421,
      );
      expect([400, 404], host.slice(0, 40)).toContain(
        (await raw(platform.routerPort, '/', { host })).status,
      );
    }
  });

  it('serves no file outside the portal and a site, however the path is written', async () => {
    const paths = [
      '/../../../../etc/passwd',
      '/%2e%2e/%2e%2e/%2e%2e/%2e%2e/etc/passwd',
      '/assets/..%2f..%2f..%2f..%2fetc/passwd',
      '/..%5c..%5cetc/passwd',
      '/%00',
      '/.git/config',
      '/pltf.yaml%00.html',
    ];
    const site = { host: `pages.preview.localhost:${platform.routerPort}` };

    expect((await raw(platform.routerPort, '/', site)).status).toBe(200);
    for (const path of paths) {
      for (const answer of [
        await raw(platform.port, path),
        await raw(platform.routerPort, path, site),
      ]) {
        expect(answer.status, path).toBeGreaterThanOrEqual(400);
        expect(answer.body).not.toContain('root:');
      }
    }
  });

  it('is held up by nobody who connects and then says or reads nothing', async () => {
    const held: Socket[] = [];
    const authorization = `Authorization: Bearer ${platform.token}\r\n`;
    const site = `Host: steady.preview.localhost:${platform.routerPort}\r\n`;
    for (let index = 0; index < 40; index += 1) {
      held.push(
        hang(
          platform.port,
          `GET /api/v1/events HTTP/1.1\r\nHost: localhost:${platform.port}\r\n${authorization}\r\n`,
        ),
      );
      held.push(
        hang(
          platform.routerPort,
          `GET / HTTP/1.1\r\n${site}Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n`,
        ),
      );
      held.push(
        hang(platform.routerPort, `POST / HTTP/1.1\r\n${site}Content-Length: 100\r\n\r\nx`),
      );
      held.push(hang(platform.port, 'GET / HT'));
    }
    try {
      await new Promise((resolve) => setTimeout(resolve, 1_000));
      await expectUndisturbed();
      expect(await pltf(platform, 'restart', 'steady', '--env', 'preview', '--yes')).toMatchObject({
        code: 0,
      });
    } finally {
      for (const socket of held) socket.destroy();
    }
    await expectUndisturbed();
  });

  async function expectUndisturbed(): Promise<void> {
    expect((await fetchUrl(`http://steady.preview.localhost:${platform.routerPort}`)).status).toBe(
      200,
    );
    expect(await platform.client.platformHealth({})).toMatchObject({ status: 'ok' });
    expect(
      (await platform.client.getPlacement({ params: { placement: 'steady.preview' } })).phase,
    ).toBe('running');
  }

  async function personIn(
    team: string,
    name: string,
    role: 'developer' | 'viewer',
  ): Promise<Client> {
    const { url } = await platform.client.createUser({ body: { name, role: 'member' } });
    await platform.client.setMember({ params: { team, user: name }, body: { role } });
    const signedIn = await fetch(`${platform.url}/api/v1/session`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', origin: platform.url },
      body: JSON.stringify({ token: url.split('token=')[1] }),
    });
    const cookie = signedIn.headers
      .getSetCookie()
      .map((entry) => entry.split(';')[0])
      .join('; ');
    const made = await fetch(`${platform.url}/api/v1/tokens`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        origin: platform.url,
        'x-pltf-portal': '1',
        cookie,
      },
      body: JSON.stringify({ name: 'mine', scopes: ['read', 'write'] }),
    });
    expect(made.status).toBe(201);
    const { token } = (await made.json()) as { readonly token: string };
    return createClient({ url: platform.url, token });
  }

  async function pushFile(branch: string, file: string, text: string): Promise<Ended> {
    await git(platform, clone, 'switch', '--quiet', '-c', branch, 'origin/main');
    await writeFile(join(clone, file), text);
    await git(platform, clone, 'commit', '--quiet', '-am', `Change ${file}`);
    const pushed = await git(platform, clone, 'push', 'origin', branch);
    await git(platform, clone, 'switch', '--quiet', 'main');
    return pushed;
  }

  async function api(
    method: string,
    path: string,
    body: string,
    headers: Readonly<Record<string, string>> = {},
  ) {
    const answer = await raw(
      platform.port,
      `/api/v1${path}`,
      { 'content-type': 'application/json', authorization: `Bearer ${platform.token}`, ...headers },
      method,
      body,
    );
    return { status: answer.status, problem: Problem.parse(JSON.parse(answer.body)) };
  }

  async function garbage(path: string, type: string): Promise<void> {
    const basic = Buffer.from(`pltf:${platform.token}`).toString('base64');
    const body = Buffer.from(Array.from({ length: 50_000 }, (_, index) => (index * 7919) % 256));
    await raw(
      platform.port,
      path,
      { 'content-type': type, authorization: `Basic ${basic}` },
      'POST',
      body,
    );
  }

  const raw = (
    port: number,
    path: string,
    headers: Readonly<Record<string, string>> = {},
    method = 'GET',
    body: string | Buffer = '',
  ): Promise<{ readonly status: number; readonly body: string }> =>
    new Promise((resolve, reject) => {
      const sent = request(
        {
          host: '127.0.0.1',
          port,
          path,
          method,
          headers: { host: `localhost:${port}`, ...headers },
          agent: false,
          timeout: 20_000,
        },
        (response) => {
          let text = '';
          response.setEncoding('utf8');
          response.on('data', (part: string) => (text += part));
          response.on('end', () => resolve({ status: response.statusCode ?? 0, body: text }));
          response.on('error', reject);
        },
      );
      sent.on('timeout', () => sent.destroy(new Error('no answer')));
      sent.on('error', reject);
      sent.end(body);
    });
});

/** A connection that says its piece and never reads. */
function hang(port: number, text: string): Socket {
  const socket = connect(port, '127.0.0.1');
  socket.on('error', () => undefined);
  socket.pause();
  socket.write(text);
  return socket;
}
