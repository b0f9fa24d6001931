import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { builtinGit } from '../drivers/git/builtin/index.ts';
import { type GitClient, gitClient } from '../drivers/git/builtin/testing/git-client.ts';
import { until } from '../engine/testing/loop-server.ts';
import { systemClock } from '../kernel/clock.ts';
import { postgresCatalogQueries } from '../modules/catalog/index.ts';
import { addComponent } from '../modules/catalog/testing/components.ts';
import {
  type GitHost,
  type Push,
  postgresReposStore,
  reposService,
} from '../modules/repos/index.ts';
import { firstCommit } from '../modules/repos/testing/git-host-contract.ts';
import type { ServeGit } from './git-routes.ts';
import { serveGit } from './serve-git.ts';
import { startTestApp, type TestApp } from './testing/test-app.ts';

const maximumPushBytes = 2 * 1024 * 1024;

let app: TestApp;
let client: GitClient;
let root: string;
let git: GitHost;
let serve: ServeGit;
let heard: Push[];
let progress: (push: Push, signal: AbortSignal) => AsyncIterable<string>;
let token: string;

beforeAll(async () => {
  client = await gitClient();
  root = await mkdtemp(join(tmpdir(), 'pltf-serve-git-'));
  git = builtinGit({ root, path: process.env['PATH'] ?? '', maximumPushBytes });
  app = await startTestApp({ serveGit: (request) => serve(request) });
  const { db } = app;
  const repos = reposService({
    db,
    store: postgresReposStore(),
    git,
    clock: systemClock,
    listener: { pushed: async (_tx, push) => void heard.push(push) },
  });
  serve = serveGit({
    db,
    git,
    repos,
    catalog: postgresCatalogQueries(db),
    progress: { lines: (push, signal) => progress(push, signal) },
    onError: () => undefined,
  });
  token = (await app.person('eve', { teams: ['team-a'] })).token;
});
afterAll(async () => {
  await app[Symbol.asyncDispose]();
  await client[Symbol.asyncDispose]();
  await rm(root, { recursive: true, force: true });
});
beforeEach(async () => {
  heard = [];
  progress = async function* (push) {
    yield `Pipeline for ${push.branch}`;
    await sleep(30);
    yield 'Preview   http://shop.preview.localhost:7080';
  };
  await addComponent(app.db, 'shop');
  await git.create('shop', firstCommit({ 'a.txt': 'a' }));
  await client.git('.', 'clone', '-q', address(), 'shop');
});
afterEach(async () => {
  await app.db.deleteFrom('components').execute();
  await app.db.deleteFrom('work').execute();
  await git.remove('shop');
  await rm(join(client.folder, 'shop'), { recursive: true, force: true });
});

const address = (password = token, repository = 'shop'): string =>
  `http://eve:${password}@127.0.0.1:${app.port}/git/${repository}.git`;

const newest = async (): Promise<string | undefined> => (await git.branches('shop')).get('main');

const auditOf = async (target: string) =>
  app.db
    .selectFrom('audit')
    .select(['actor', 'action', 'outcome'])
    .where('target', '=', target)
    .orderBy('seq', 'desc')
    .limit(1)
    .executeTakeFirst();

describe('a push', () => {
  test('shows what follows from it, and counts once', async () => {
    await client.git('shop', 'push', '-q', 'origin', 'main:seen');
    heard = [];
    const commit = await client.commit('shop', { 'a.txt': 'b' });

    const { code, err } = await client.run('shop', 'push', 'origin', 'main');

    expect(code).toBe(0);
    const shown = err
      .split('\n')
      .filter((line) => line.startsWith('remote:'))
      .map((line) => line.trimEnd());
    expect(shown).toEqual([
      'remote: Pipeline for main',
      'remote: Preview   http://shop.preview.localhost:7080',
    ]);
    expect(err).toMatch(/main -> main/);
    expect(heard).toMatchObject([{ branch: 'main', after: commit, actor: 'eve' }]);
    expect(await auditOf('shop')).toEqual({
      actor: 'eve',
      action: 'repository:write',
      outcome: 'done',
    });
  });

  test('of a client that wants no side bands counts all the same', async () => {
    const commit = await client.commit('shop', { 'a.txt': 'c' });
    // Such as `git push --porcelain` of old clients: the answer is passed on untouched.
    const { code } = await client.run(
      'shop',
      '-c',
      'sendpack.sideband=false',
      'push',
      'origin',
      'main',
    );

    expect(code).toBe(0);
    expect(heard.map(({ after }) => after)).toContain(commit);
  });

  test('whose progress fails is taken, and says so', async () => {
    progress = async function* () {
      yield 'Pipeline';
      throw new Error('no database');
    };
    const commit = await client.commit('shop', { 'a.txt': 'd' });

    const { code, err } = await client.run('shop', 'push', 'origin', 'main');

    expect(code).toBe(0);
    expect(err).toContain('remote: The push is taken. Its progress cannot be shown right now');
    expect(await newest()).toBe(commit);
  });

  test('that is not a fast-forward is refused in the words of git, and shows no pipeline', async () => {
    await client.commit('shop', { 'a.txt': 'theirs' });
    await client.git('shop', 'push', '-q', 'origin', 'main');
    const before = await newest();
    await client.git('shop', 'reset', '-q', '--hard', 'HEAD^');
    await client.commit('shop', { 'a.txt': 'mine' });

    const { code, err } = await client.run('shop', 'push', 'origin', 'main');

    expect(code).toBe(1);
    expect(err).toMatch(/rejected.*(fetch first|non-fast-forward)/);
    expect(err).not.toContain('Pipeline');
    expect(await newest()).toBe(before);
  });

  test('by force, of a new branch and of its end are taken; the default branch cannot be deleted', async () => {
    await client.git('shop', 'commit', '-q', '--amend', '-m', 'other');
    expect((await client.run('shop', 'push', '--force', 'origin', 'main')).code).toBe(0);
    expect((await client.run('shop', 'push', 'origin', 'main:fix')).code).toBe(0);
    expect((await client.run('shop', 'push', 'origin', ':fix')).code).toBe(0);
    const refused = await client.run('shop', 'push', 'origin', ':main');

    expect(refused.code).toBe(1);
    expect(refused.err).toContain('deletion of the current branch prohibited');
    expect(heard.map(({ branch, after }) => [branch, after !== undefined])).toEqual([
      ['main', true],
      ['fix', true],
      ['fix', false],
    ]);
  });

  test('that is too large is refused, and nothing of it stays', async () => {
    const before = await newest();
    await client.commit('shop', { 'big.bin': randomBytes(3 * 1024 * 1024).toString('hex') });

    const { code, err } = await client.run('shop', 'push', 'origin', 'main');

    expect(code).toBe(1);
    expect(err).toMatch(/maximum allowed size|unpack|pack exceeds/);
    expect(await newest()).toBe(before);
    expect(heard.filter(({ after }) => after !== before)).toEqual([]);
    const left = await readdir(join(git.directory('shop'), 'objects'));
    expect(left.filter((name) => name.startsWith('tmp_') || name.startsWith('incoming'))).toEqual(
      [],
    );
  });

  test('by several at once, each of a branch of its own, counts each once', async () => {
    const names = Array.from({ length: 6 }, (_, index) => `many-${index}`);

    const results = await Promise.all(
      names.map((name) => client.run('shop', 'push', 'origin', `main:${name}`)),
    );

    expect(results.map(({ code }) => code)).toEqual(names.map(() => 0));
    expect(
      heard
        .map(({ branch }) => branch)
        .filter((branch) => branch !== 'main')
        .toSorted(),
    ).toEqual(names);
  });

  test('of a client that leaves while it waits for the pipeline counts, and its waiting ends', async () => {
    let ended = false;
    progress = async function* (_push, signal) {
      yield 'Pipeline';
      await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()));
      ended = true;
    };
    const commit = await client.commit('shop', { 'a.txt': 'left' });
    const child = spawn('git', ['push', 'origin', 'main'], {
      // With its helper, which holds the connection.
      detached: true,
      cwd: join(client.folder, 'shop'),
      env: { PATH: process.env['PATH'], HOME: client.folder, GIT_TERMINAL_PROMPT: '0' },
    });
    let shown = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => void (shown += text));
    await until('it waits', () => shown.includes('Pipeline'));
    const pushing = await programs();

    process.kill(-(child.pid ?? 0), 'SIGKILL');
    await until('its waiting ended', () => ended);

    expect(pushing).toEqual([]);
    expect(await newest()).toBe(commit);
    expect(heard.map(({ after }) => after)).toContain(commit);
  });

  test('that breaks off in the middle of its pack leaves no program and no ref behind', async () => {
    const before = await newest();
    const socket = connect(app.port, '127.0.0.1');
    const basic = Buffer.from(`eve:${token}`).toString('base64');
    const command = `${'0'.repeat(40)} ${before} refs/heads/half\0report-status`;
    const length = (command.length + 4).toString(16).padStart(4, '0');
    socket.write(
      `POST /git/shop.git/git-receive-pack HTTP/1.1\r\nHost: 127.0.0.1:${app.port}\r\nAuthorization: Basic ${basic}\r\n` +
        'Content-Type: application/x-git-receive-pack-request\r\nContent-Length: 100000\r\n\r\n' +
        `${length}${command}`,
    );
    await until('git is at work', async () => (await programs()).length > 0);

    socket.destroy();

    await until('git is gone', async () => (await programs()).length === 0);
    expect([...(await git.branches('shop')).keys()]).toEqual(['main']);
  });

  test('leaves a key behind, for another server should this one end before it has looked', async () => {
    await client.commit('shop', { 'a.txt': 'key' });
    await client.git('shop', 'push', '-q', 'origin', 'main');

    const waiting = await app.db
      .selectFrom('work')
      .selectAll()
      .where('reconciler', '=', 'repository')
      .execute();

    expect(waiting.map(({ key }) => key)).toEqual(['shop']);
    expect(waiting[0]!.due_at.getTime()).toBeGreaterThan(Date.now() + 5_000);
  });
});

describe('a fetch', () => {
  test('shallow brings one commit', async () => {
    for (let index = 0; index < 3; index += 1) await client.commit('shop', { 'a.txt': `${index}` });
    await client.git('shop', 'push', '-q', 'origin', 'main');

    await client.git('.', 'clone', '-q', '--depth', '1', address(), 'shallow');

    expect(await client.git('shallow', 'rev-list', '--count', 'HEAD')).toBe('1');
    await rm(join(client.folder, 'shallow'), { recursive: true, force: true });
  });

  test('large comes whole, with back-pressure and without a warning', async () => {
    const warnings: Error[] = [];
    const onWarning = (warning: Error): void => void warnings.push(warning);
    process.on('warning', onWarning);
    const bytes = randomBytes(24 * 1024 * 1024);
    await writeFile(join(client.folder, 'shop', 'large.bin'), bytes);
    await client.commit('shop', {});
    // Past the limit of pushes.
    await client.git(
      '.',
      '--git-dir',
      git.directory('shop'),
      'fetch',
      '-q',
      join(client.folder, 'shop'),
      'main:main',
    );

    await client.git('.', 'clone', '-q', address(), 'large');

    process.off('warning', onWarning);
    const came = await readFile(join(client.folder, 'large', 'large.bin'));
    expect(came.equals(bytes)).toBe(true);
    expect(warnings).toEqual([]);
    await rm(join(client.folder, 'large'), { recursive: true, force: true });
  });

  test('of a client that leaves ends its programs', async () => {
    const child = spawn('git', ['clone', '-q', address(), join(client.folder, 'slow')], {
      detached: true,
      env: { PATH: process.env['PATH'], HOME: client.folder, GIT_TERMINAL_PROMPT: '0' },
    });
    await sleep(20);
    process.kill(-(child.pid ?? 0), 'SIGKILL');

    await until('git is gone', async () => (await programs()).length === 0);
    await rm(join(client.folder, 'slow'), { recursive: true, force: true });
  });
});

describe('who may not', () => {
  test('a wrong token is asked for another', async () => {
    const { code, err } = await client.run('.', 'ls-remote', address('wrong'));

    expect(code).not.toBe(0);
    expect(err).toContain('Authentication failed');
    const answer = await fetch(
      `http://127.0.0.1:${app.port}/git/shop.git/info/refs?service=git-upload-pack`,
    );
    expect(answer.status).toBe(401);
    expect(answer.headers.get('www-authenticate')).toMatch(/^Basic /);
  });

  test('another team may neither read nor write, and a repository that is not looks no different', async () => {
    const { token: other } = await app.person('mallory', { teams: ['team-b'] });
    const get = (repository: string, service: string) =>
      fetch(`http://127.0.0.1:${app.port}/git/${repository}.git/info/refs?service=${service}`, {
        headers: { authorization: `Basic ${Buffer.from(`x:${other}`).toString('base64')}` },
      });

    expect((await get('shop', 'git-upload-pack')).status).toBe(403);
    expect((await get('shop', 'git-receive-pack')).status).toBe(403);
    expect((await get('nothing', 'git-upload-pack')).status).toBe(404);
    const pushed = await client.run('shop', 'push', address(other), 'main:theirs');

    expect(pushed.code).not.toBe(0);
    expect(pushed.err).toContain(
      'only a developer of the team team-a may do repository:write on shop',
    );
    expect([...(await git.branches('shop')).keys()]).toEqual(['main']);
    expect(await auditOf('shop')).toMatchObject({ actor: 'mallory', outcome: 'denied' });
  });

  test('a viewer reads and does not write', async () => {
    const { token: viewer } = await app.person('vera', { teams: ['team-a:viewer'] });

    expect((await client.run('.', 'ls-remote', address(viewer))).code).toBe(0);
    const pushed = await client.run('shop', 'push', address(viewer), 'main:viewed');

    expect(pushed.code).not.toBe(0);
    expect([...(await git.branches('shop')).keys()]).toEqual(['main']);
  });

  test.each([
    '..',
    '%2e%2e',
    '../shop',
    'shop%2f..%2fshop',
    'shop/../shop',
    'Shop',
    '.making',
    'shop%00',
  ])('no address leads anywhere else: %s', async (name) => {
    const answer = await fetch(
      `http://127.0.0.1:${app.port}/git/${name}.git/info/refs?service=git-upload-pack`,
      {
        headers: { authorization: `Basic ${Buffer.from(`x:${token}`).toString('base64')}` },
      },
    );
    await answer.body?.cancel();

    // `fetch` itself resolves the dots of some; what is left is the repository, or nothing.
    expect(new URL(answer.url).pathname === '/git/shop.git/info/refs' || answer.status >= 400).toBe(
      true,
    );
  });

  test('what is being deleted takes nothing more', async () => {
    await app.db.updateTable('components').set({ state: 'deleting' }).execute();

    const { code, err } = await client.run('shop', 'push', 'origin', 'main:late');

    expect(code).not.toBe(0);
    expect(err).toContain('shop is being deleted');
  });
});

/** Programs of git at work for this test. */
async function programs(): Promise<readonly string[]> {
  const found: string[] = [];
  for (const pid of (await readdir('/proc')).filter((name) => /^\d+$/.test(name))) {
    const line = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
    const environment = await readFile(`/proc/${pid}/environ`, 'utf8').catch(() => '');
    if (environment.includes(`GIT_PROJECT_ROOT=${root}\0`)) found.push(line.replaceAll('\0', ' '));
  }
  return found;
}
