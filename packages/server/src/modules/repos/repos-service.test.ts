import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { builtinGit } from '../../drivers/git/builtin/index.ts';
import { type GitClient, gitClient } from '../../drivers/git/builtin/testing/git-client.ts';
import { startLoopServer, until } from '../../engine/testing/loop-server.ts';
import { systemClock } from '../../kernel/clock.ts';
import { createTestDatabase, type TestDatabase } from '../../persistence/test-database.ts';
import { transact } from '../../persistence/transaction.ts';
import { addComponent } from '../catalog/testing/components.ts';
import type { GitHost } from './git-host.ts';
import type { Push, PushListener } from './push.ts';
import { postgresReposQueries } from './repos-queries.ts';
import { type ReposService, reposService } from './repos-service.ts';
import { postgresReposStore } from './repos-store.postgres.ts';
import { createRepositoryReconciler, repositoryReconciler } from './repository-reconciler.ts';
import { firstCommit } from './testing/git-host-contract.ts';

let database: TestDatabase;
let client: GitClient;
let root: string;
let git: GitHost;
let heard: Push[];

beforeAll(async () => {
  database = await createTestDatabase();
  client = await gitClient();
});
afterAll(async () => {
  await client[Symbol.asyncDispose]();
  await database[Symbol.asyncDispose]();
});
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'pltf-repos-'));
  git = builtinGit({ root, path: process.env['PATH'] ?? '' });
  heard = [];
  await addComponent(database.db, 'shop');
  await git.create('shop', firstCommit({ 'a.txt': 'a' }));
  await rm(join(client.folder, 'shop'), { recursive: true, force: true });
  await client.git('.', 'clone', '-q', git.directory('shop'), 'shop');
});
afterEach(async () => {
  await database.db.deleteFrom('components').execute();
  await rm(root, { recursive: true, force: true });
});

function service(
  listener: PushListener = { pushed: async (_tx, push) => void heard.push(push) },
): ReposService {
  return reposService({
    db: database.db,
    store: postgresReposStore(),
    git,
    clock: systemClock,
    listener,
  });
}

const recorded = async (): Promise<ReadonlyMap<string, string>> =>
  new Map(
    (await postgresReposQueries(database.db).branches('shop')).map(({ name, commit }) => [
      name,
      commit,
    ]),
  );

const pushes = () =>
  database.db
    .selectFrom('pushes')
    .select(['branch', 'before', 'after', 'actor'])
    .orderBy('id')
    .execute();

describe('a push', () => {
  test('is told once, with what was before and after', async () => {
    const repos = service();
    await repos.observe('shop', 'eve');
    const [first] = await pushes();
    const commit = await client.commit('shop', { 'a.txt': 'b' });
    await client.git('shop', 'push', '-q', 'origin', 'main');

    const told = await repos.observe('shop', 'bob');
    const again = await repos.observe('shop', 'bob');

    expect(told).toMatchObject([
      { component: 'shop', branch: 'main', before: first?.after, after: commit, actor: 'bob' },
    ]);
    expect(again).toEqual([]);
    expect(await recorded()).toEqual(new Map([['main', commit]]));
  });

  test('is told once however many observe at once', async () => {
    const services = Array.from({ length: 6 }, () => service());
    await services[0]?.observe('shop', 'eve');
    heard = [];

    for (let round = 0; round < 8; round += 1) {
      await client.commit('shop', { 'a.txt': `${round}` });
      const pushing = client.git('shop', 'push', '-q', 'origin', 'main', `main:branch-${round}`);
      const before = services.map((one) => one.observe('shop', 'eve'));
      await pushing;
      await Promise.all([...before, ...services.map((one) => one.observe('shop', 'eve'))]);
    }

    const rows = await pushes();
    expect(heard).toHaveLength(16);
    expect(new Set(heard.map(({ branch, after }) => `${branch} ${after}`)).size).toBe(16);
    expect(rows).toHaveLength(17);
    const onMain = rows.filter(({ branch }) => branch === 'main');
    for (const [index, { before }] of onMain.entries())
      expect(before).toBe(onMain[index - 1]?.after ?? null);
  });

  test('by force is one like any other', async () => {
    const repos = service();
    await client.commit('shop', { 'a.txt': 'one' });
    await client.git('shop', 'push', '-q', 'origin', 'main');
    await repos.observe('shop', 'eve');
    const before = (await recorded()).get('main');
    await client.git('shop', 'reset', '-q', '--hard', 'HEAD^');
    const after = await client.commit('shop', { 'a.txt': 'two' });
    await client.git('shop', 'push', '-q', '--force', 'origin', 'main');

    expect(await repos.observe('shop', 'eve')).toMatchObject([{ branch: 'main', before, after }]);
  });

  test('that deletes a branch is told without an after; the branch may come again', async () => {
    const repos = service();
    await client.git('shop', 'push', '-q', 'origin', 'main:fix');
    await repos.observe('shop', 'eve');
    await client.git('shop', 'push', '-q', 'origin', ':fix');

    const gone = await repos.observe('shop', 'eve');
    await client.git('shop', 'push', '-q', 'origin', 'main:fix');
    const back = await repos.observe('shop', 'eve');

    expect(gone).toMatchObject([{ branch: 'fix', after: undefined }]);
    expect(back).toMatchObject([{ branch: 'fix', before: undefined }]);
    const events = await database.db
      .selectFrom('events')
      .select(['type', 'summary'])
      .where('summary', 'like', '%fix%')
      .orderBy('seq')
      .execute();
    expect(events.map(({ type }) => type)).toEqual([
      'branch-pushed',
      'branch-deleted',
      'branch-pushed',
    ]);
  });

  test('of names that git allows and addresses do not is written down, and nothing follows from it', async () => {
    const odd = [
      'ü/ö',
      `-${'x'.repeat(3)}`.slice(1),
      'a$b',
      "it's",
      'x'.repeat(220),
      'semi;colon',
      'a&b',
      'fix/login#2',
    ];
    for (const name of odd)
      await client.git('shop', 'push', '-q', 'origin', `main:refs/heads/${name}`);

    const told = await service().observe('shop', 'eve');

    expect(told.map(({ branch }) => branch).toSorted()).toEqual([...odd, 'main'].toSorted());
    expect(heard.map(({ branch }) => branch).toSorted()).toEqual(['fix/login#2', 'main', 'xxx']);
    expect((await recorded()).size).toBe(odd.length + 1);
  });

  test('of many branches is told in several goes, all of it', async () => {
    const names = Array.from({ length: 120 }, (_, index) => `main:refs/heads/b${index}`);
    await client.git('shop', 'push', '-q', 'origin', ...names);

    const told = await service().observe('shop', 'eve');

    expect(told).toHaveLength(121);
    expect(new Set(heard.map(({ branch }) => branch)).size).toBe(121);
  });

  test('of tags is none of a branch', async () => {
    const repos = service();
    await repos.observe('shop', 'eve');
    await client.git('shop', 'tag', 'v1');
    await client.git('shop', 'push', '-q', 'origin', 'v1');

    expect(await repos.observe('shop', 'eve')).toEqual([]);
  });
});

describe('what goes wrong', () => {
  test('a listener that fails leaves nothing told, and the next look tells it', async () => {
    const failing = service({
      pushed: async (tx, push) => {
        await tx.sql.updateTable('components').set({ description: 'half' }).execute();
        if (push.branch === 'main') throw new Error('no room');
      },
    });

    await expect(failing.observe('shop', 'eve')).rejects.toThrow('no room');
    const after = await pushes();
    const told = await service().observe('shop', 'eve');

    expect(after).toEqual([]);
    expect(told).toHaveLength(1);
    expect(
      (await database.db.selectFrom('components').select('description').executeTakeFirst())
        ?.description,
    ).toBe('');
  });

  test('a repository that cannot be seen ends no branch', async () => {
    const repos = service();
    await repos.observe('shop', 'eve');
    await rename(git.directory('shop'), join(root, 'elsewhere'));

    expect(await repos.observe('shop', 'eve')).toEqual([]);

    expect([...(await recorded()).keys()]).toEqual(['main']);
    await rename(join(root, 'elsewhere'), git.directory('shop'));
    expect(await repos.observe('shop', 'eve')).toEqual([]);
  });

  test('a component that is gone has nothing to tell, and its key settles', async () => {
    await database.db.deleteFrom('components').execute();

    expect(await service().observe('shop', 'eve')).toEqual([]);
    await git.remove('shop');
    expect(
      await createRepositoryReconciler(service()).reconcile('shop', new AbortController().signal),
    ).toBeUndefined();
  });

  test('a push between whose ref and record the server was killed is told by the next one, once', async () => {
    const repos = service();
    await repos.observe('shop', 'eve');
    heard = [];
    // As serve-git does before it lets git take a push.
    await transact(database.db, async (tx) =>
      tx.wake(repositoryReconciler, 'shop', new Date(Date.now() + 300)),
    );
    const script = `
      import { execFileSync } from 'node:child_process';
      execFileSync('git', ['-C', process.argv[1], 'push', '-q', 'origin', 'main:killed']);
      process.kill(process.pid, 'SIGKILL');`;
    const child = spawn(process.execPath, [
      '--input-type=module',
      '-e',
      script,
      join(client.folder, 'shop'),
    ]);
    await once(child, 'exit');

    await using server = await startLoopServer(database.url, [createRepositoryReconciler(repos)]);
    await until('it was told', () => heard.length > 0);
    await until(
      'settled',
      async () => (await server.db.selectFrom('work').selectAll().execute()).length === 0,
    );
    await repos.observe('shop', 'eve');

    expect(heard).toMatchObject([{ branch: 'killed', actor: 'platform' }]);
  });
});
