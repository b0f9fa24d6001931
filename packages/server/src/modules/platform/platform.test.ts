import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { builtinPlatformText } from '@pltf/plan';
import { sql } from 'kysely';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { builtinGit } from '../../drivers/git/builtin/index.ts';
import { builtinPlatformGit } from '../../drivers/git/builtin/platform-git.ts';
import { type GitClient, gitClient } from '../../drivers/git/builtin/testing/git-client.ts';
import { servePlatformGit } from '../../http/serve-platform-git.ts';
import { startTestApp, type TestApp } from '../../http/testing/test-app.ts';
import { systemClock } from '../../kernel/clock.ts';
import { createTestDatabase, type TestDatabase } from '../../persistence/test-database.ts';
import { placedReleases } from '../delivery/index.ts';
import { occupiedRuntimes } from '../runtime/index.ts';
import {
  LivePlatform,
  type PlatformServiceDependencies,
  platformPushes,
  platformService,
  platformSync,
  postgresPlatformQueries,
  postgresPlatformStore,
} from './index.ts';
import { addRunning } from './testing/running.ts';

let database: TestDatabase;
let app: TestApp;
let client: GitClient;
let root: string;
let platform: Awaited<ReturnType<typeof startPlatform>>;
let token: string;
let other: string;

const path = process.env['PATH'] ?? '';

/** A server's share of the platform, without what it is in the middle of. */
async function startPlatform(operator?: { path: string; files: Record<string, string> }) {
  const queries = postgresPlatformQueries(database.db);
  const git = builtinPlatformGit({ git: builtinGit({ root, path }), path });
  const dependencies: PlatformServiceDependencies = {
    ...{ db: database.db, store: postgresPlatformStore(), queries, git },
    ...{ running: placedReleases(database.db), drivers: ['agent'], clock: systemClock },
    docker: () => Promise.resolve(undefined),
    occupied: () => occupiedRuntimes(database.db),
    live: await LivePlatform.open(queries, operator),
  };
  const service = platformService(dependencies);
  const sync = platformSync(dependencies, service);
  const pushes = platformPushes(dependencies, service, sync);
  return { ...dependencies, service, sync, pushes };
}

beforeAll(async () => {
  database = await createTestDatabase();
  client = await gitClient();
  app = await startTestApp({
    database,
    serveGit: (request) =>
      servePlatformGit({
        ...platform,
        ensure: () => platform.service.ensureRepository(),
        onError: () => undefined,
      })(request),
  });
  token = (await app.person('root', { role: 'platform' })).token;
  other = (await app.person('eve', { teams: ['team-a'] })).token;
});
afterAll(async () => {
  await app[Symbol.asyncDispose]();
  await client[Symbol.asyncDispose]();
});
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'pltf-platform-'));
  platform = await startPlatform();
});
afterEach(async () => {
  const { db } = database;
  await db.deleteFrom('placements').execute();
  await db.deleteFrom('components').execute();
  await db.deleteFrom('platform_refusals').execute();
  await db.deleteFrom('work').execute();
  await emptyVersions();
  await rm(root, { recursive: true, force: true });
  await rm(join(client.folder, 'platform'), { recursive: true, force: true });
});

/** The table refuses it to everybody: between tests only, by taking the trigger away. */
async function emptyVersions(): Promise<void> {
  const { db } = database;
  await sql`alter table platform_versions disable trigger user`.execute(db);
  await db.deleteFrom('platform_versions').execute();
  await sql`alter table platform_versions enable trigger user`.execute(db);
}

const files = (text: string, more: Record<string, string> = {}) => ({
  'platform.yaml': text,
  ...more,
});
const sizes = (small: number) =>
  `sizes: {small: {memoryMiB: ${small}, cpu: 0.25}, medium: {memoryMiB: 512, cpu: 0.5}}\n`;

async function apply(text: string, author = 'root', letGo: readonly string[] = []) {
  const { number, digest } = await platform.live.version();
  const expected = { version: number, digest };
  const request = {
    files: files(text),
    expected,
    author,
    letGo,
    via: 'apply' as const,
    why: 'it is time',
  };
  return platform.service.change(request);
}

const address = (password: string): string =>
  `http://x:${password}@127.0.0.1:${app.port}/git/platform.git`;
const clone = () => client.git('.', 'clone', '-q', address(token), 'platform');
const push = (...args: string[]) => client.run('platform', 'push', 'origin', ...args);

describe('an apply', () => {
  test('makes the next version, at once, told and kept in Git', async () => {
    await addRunning(database.db, 'shop', 'prod', 'small');

    const { version, plan } = await apply(sizes(384));

    expect(version).toMatchObject({ number: 1, author: 'root', via: 'apply', why: 'it is time' });
    expect(plan).toMatchObject({ outcome: 'changes', placements: { total: 1, changed: 1 } });
    expect(platform.live.current().sizes['small']).toEqual({ memoryMiB: 384, cpu: 0.25 });
    expect(await platform.git.head()).toBe(version.commit);
    expect(await platform.git.files(version.commit ?? '')).toEqual(files(sizes(384)));
    const told = await database.db
      .selectFrom('events')
      .select(['type', 'actor', 'why'])
      .orderBy('seq', 'desc')
      .executeTakeFirst();
    expect(told).toEqual({ type: 'platform-changed', actor: 'root', why: 'it is time' });
  });

  test('of what is there already makes nothing', async () => {
    await apply(sizes(384));

    const { version, plan } = await apply(sizes(384));

    expect([version.number, plan.outcome]).toEqual([1, 'unchanged']);
    expect(await platform.queries.versions(10, undefined)).toHaveLength(1);
  });

  test('that would break what runs changes nothing and lists it', async () => {
    await addRunning(database.db, 'shop', 'prod', 'small');

    await expect(apply('sizes: {medium: {memoryMiB: 512, cpu: 0.5}}')).rejects.toMatchObject({
      code: 'platform-refused',
      errors: [{ where: 'size', message: expect.stringContaining('shop.prod') }],
    });
    expect((await platform.live.version()).number).toBe(0);
  });

  test('that takes away the runtime that something is on needs that to be said', async () => {
    const east = 'runtimes: {agent: {driver: agent}, east: {driver: agent}}\n';
    const [on, off] = ['east', 'agent'].map(
      (runtime) => `environments: [{name: prod, runtime: ${runtime}}]\n`,
    );
    await apply(`${east}${on}`);
    await addRunning(database.db, 'shop', 'prod', 'small');
    await addRunning(database.db, 'gone', 'prod', 'small');
    await sql`update placements set runtime = 'agent', left_on = '{east}' where id = 'shop.prod'`.execute(
      database.db,
    );
    await sql`update placements set runtime = 'east', state = 'removing' where id = 'gone.prod'`.execute(
      database.db,
    );

    const back = await platform.service.plan({ files: files(`${east}${off}`) });
    const refused = await apply(`${off}`).catch((error: unknown) => error);
    const { plan } = await apply(`${off}`, 'root', ['east']);

    expect(back).toMatchObject({ outcome: 'changes', breaks: [] });
    expect(refused).toMatchObject({
      code: 'platform-refused',
      errors: [
        {
          where: 'runtime',
          message: 'the runtime `east` is gone, and something is on it (2: shop.prod, gone.prod)',
        },
      ],
    });
    expect(plan.notes.join()).toContain('2 (shop.prod, gone.prod) are let go');
  });

  test('of a `runtime:` line says what moves', async () => {
    await addRunning(database.db, 'shop', 'prod', 'small');
    await sql`update placements set runtime = 'agent', hosts = '{shop.localhost}'`.execute(
      database.db,
    );

    const { plan } = await apply(
      'runtimes: {agent: {driver: agent}, boxes: {driver: agent, isolation: docker}}\nenvironments: [{name: prod, runtime: boxes}]\n',
    );

    expect(plan.moves).toMatchObject([
      { environment: 'prod', from: 'agent', to: 'boxes', count: 1, examples: ['shop.prod'] },
    ]);
  });

  test('that relies on a team that is not there is refused', async () => {
    const withApprovers =
      'environments: [{name: staging, follows: default-branch}, {name: prod, approvers: [release]}]';

    await expect(apply(withApprovers)).rejects.toMatchObject({
      code: 'platform-refused',
      errors: [
        { where: 'team', message: 'there is no team `release`, which lets releases into prod' },
      ],
    });
  });

  test('of files with a mistake says where', async () => {
    await expect(apply('domian: x')).rejects.toMatchObject({
      code: 'platform-invalid',
      errors: [{ where: 'platform.yaml:1:1' }],
    });
  });

  test('of two at once: one wins, the other is told what changed', async () => {
    await apply('organisation: First');

    const both = await Promise.allSettled([
      apply('organisation: Second', 'ada'),
      apply('organisation: Third', 'bob'),
    ]);

    const lost = both.find(({ status }) => status === 'rejected');
    expect(both.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    expect(lost).toMatchObject({
      reason: { code: 'platform-changed', errors: [{ where: 'organisation' }] },
    });
    expect((await platform.live.version()).number).toBe(2);
  });

  test('from what somebody saw before another changed it is told what changed', async () => {
    const { number, digest } = await platform.live.version();
    await apply(sizes(384), 'ada');

    const late = platform.service.change({
      ...{ files: files('organisation: Late'), expected: { version: number, digest } },
      ...{ author: 'bob', via: 'apply', why: undefined },
    });

    await expect(late).rejects.toMatchObject({
      code: 'platform-changed',
      detail: expect.stringContaining('ada made version 1'),
      errors: expect.arrayContaining([
        { where: 'sizes.small.memoryMiB', message: 'was 256, is 384' },
      ]),
    });
  });

  test('of another plan than the one that was shown does nothing', async () => {
    const shown = await platform.service.plan({ files: files(sizes(384)) });
    await addRunning(database.db, 'shop', 'prod', 'small');

    const applied = platform.service.change({
      ...{ files: files(sizes(384)), expected: shown.base, plan: shown.digest },
      ...{ author: 'root', via: 'apply', why: undefined },
    });

    await expect(applied).rejects.toMatchObject({ code: 'platform-changed' });
    expect((await platform.live.version()).number).toBe(0);
  });

  test('reaches the other servers', async () => {
    const second = await startPlatform();
    const heard = new Promise((resolve) => second.live.subscribe(resolve));

    await apply(sizes(384));
    await second.live.refresh();

    await expect(heard).resolves.toMatchObject({ version: 1 });
    expect(second.live.current().sizes['small']?.memoryMiB).toBe(384);
  });
});

test('going back makes a new version that equals the older one', async () => {
  await apply(sizes(384));
  await apply(sizes(512));

  const { version } = await platform.service.change({
    files: await platform.service.filesOf(1),
    ...{ expected: undefined, author: 'root', via: 'revert', why: undefined, reverts: 1 },
  });

  expect(version).toMatchObject({ number: 3, via: 'revert', reverts: 1 });
  expect(version.digest).toBe((await platform.queries.version(1))?.digest);
  expect(await platform.service.filesOf(0)).toEqual(files(builtinPlatformText));
  expect(platform.live.current().sizes['small']?.memoryMiB).toBe(384);
});

describe('a push to the platform', () => {
  test('shows the plan and is in force', async () => {
    await addRunning(database.db, 'shop', 'prod', 'small');
    await clone();
    const commit = await client.commit('platform', files(sizes(384)));

    const { code, err } = await push('main');

    expect(code).toBe(0);
    expect(err).toMatch(/remote: Placements {2}0 unchanged; 1 change in 1 way/);
    expect(err).toContain('remote:   1 × run.memoryMiB 256 → 384 (shop.prod)');
    expect(err).toContain('remote: Version 1 of the platform is in force.');
    expect(await platform.live.version()).toMatchObject({
      number: 1,
      via: 'push',
      author: 'root',
      commit,
    });
  });

  test.each([
    ['a mistake', 'domian: x', 'platform.yaml:1:1  unknown key `domian`'],
    ['something that would break', 'sizes: {medium: {memoryMiB: 512, cpu: 0.5}}', 'shop.prod'],
  ])('with %s is not taken', async (_, text, reason) => {
    await addRunning(database.db, 'shop', 'prod', 'small');
    await clone();
    const before = await platform.git.head();
    await client.commit('platform', files(text));

    const { code, err } = await push('main');

    expect(code).not.toBe(0);
    expect(err).toContain('remote: Refused');
    expect(err).toContain(reason);
    expect(err).toMatch(/! \[remote rejected\] main -> main/);
    expect(await platform.git.head()).toBe(before);
    expect((await platform.live.version()).number).toBe(0);
  });

  test('that throws away what was in force is not taken', async () => {
    await clone();
    await client.commit('platform', files(sizes(384)));
    await push('main');
    await client.git('platform', 'reset', '-q', '--hard', 'HEAD^');
    await client.commit('platform', files(sizes(512)));

    const { code, err } = await push('--force', 'main');

    expect(code).not.toBe(0);
    expect(err).toContain('main only goes forward');
    expect(platform.live.current().sizes['small']?.memoryMiB).toBe(384);
  });

  test('of another branch shows what it would be, and is not in force', async () => {
    await clone();
    await client.commit('platform', files(sizes(384)));

    const { code, err } = await push('main:idea');

    expect(code).toBe(0);
    expect(err).toContain('remote: idea is not in force; on main it would be:');
    expect((await platform.live.version()).number).toBe(0);
  });

  test('of other files alone changes nothing of the platform', async () => {
    await clone();
    await client.commit('platform', { 'docs/why.md': 'because' });

    expect(await push('main')).toMatchObject({ code: 0 });
    expect((await platform.live.version()).number).toBe(0);
  });

  test('after an apply has to take that in first', async () => {
    await clone();
    await apply(sizes(384));
    await client.commit('platform', files(sizes(512)));

    const { code, err } = await push('main');

    expect(code).not.toBe(0);
    expect(err).toMatch(/fetch first|non-fast-forward|only goes forward/);
    expect(platform.live.current().sizes['small']?.memoryMiB).toBe(384);
  });

  test('is for administrators; everybody who is signed in reads', async () => {
    await client.git('.', 'clone', '-q', address(other), 'platform');
    await client.commit('platform', files(sizes(384)));

    const { code, err } = await push('main');

    expect(code).not.toBe(0);
    expect(err).toMatch(/403|platform-source:write needs the role platform/);
    expect((await client.run('.', 'clone', '-q', address('nonsense'), 'none')).code).not.toBe(0);
  });
});

describe('after a kill', () => {
  test('a version that Git lacks is put there', async () => {
    await apply(sizes(384));
    const { version } = await apply(sizes(512));
    await platform.git.move(version.parent ?? '', version.commit ?? '');

    const again = await startPlatform();
    await again.sync.reconcile('platform');

    expect(await again.git.head()).toBe(version.commit);
    expect((await again.live.version()).number).toBe(2);
  });

  test('a push that git has taken is put in force', async () => {
    await apply(sizes(384));
    const parent = (await platform.git.head()) ?? '';
    const at = new Date();
    const commit = await platform.git.commit({
      parent,
      files: files(sizes(512)),
      author: 'a',
      message: 'm',
      at,
    });
    await platform.git.move(commit, parent);

    const again = await startPlatform();
    const synced = await again.sync.reconcile('platform');

    expect(synced).toMatchObject({
      outcome: 'applied',
      version: { number: 2, via: 'push', commit },
    });
    expect(await again.sync.reconcile('platform')).toEqual({ outcome: 'settled' });
  });

  test('one that cannot be any more is refused, and the branch is back at what is in force', async () => {
    await platform.service.ensureRepository();
    const parent = (await platform.git.head()) ?? '';
    const at = new Date();
    const commit = await platform.git.commit({
      parent,
      files: files('sizes: {}'),
      author: 'a',
      message: 'm',
      at,
    });
    await platform.git.move(commit, parent);

    const synced = await platform.sync.reconcile('platform');

    expect(synced).toMatchObject({ outcome: 'refused', error: { code: 'platform-invalid' } });
    expect(await platform.git.head()).toBe(parent);
    expect(await platform.queries.refused()).toMatchObject({ commit, by: 'platform' });
  });
});

describe("with a file of the operator's", () => {
  test('nobody else changes the platform, and it is said where it is changed', async () => {
    platform = await startPlatform({ path: '/etc/pltf/platform.yaml', files: files(sizes(300)) });

    expect(platform.live.current().sizes['small']?.memoryMiB).toBe(300);
    await expect(apply(sizes(384))).rejects.toMatchObject({
      code: 'platform-managed',
      detail: 'the platform is what /etc/pltf/platform.yaml says',
    });
  });
});
