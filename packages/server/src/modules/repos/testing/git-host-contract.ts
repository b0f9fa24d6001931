import { PltfError } from '@pltf/contracts';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { GitHost, InitialCommit } from '../git-host.ts';

/** A host under test, with a way to commit that is not its own. */
export interface GitHostBench extends AsyncDisposable {
  readonly host: GitHost;
  /** Commits these files (undefined removes one) onto a branch, from outside, and answers with the commit. */
  commit(
    repository: string,
    branch: string,
    files: Readonly<Record<string, string | undefined>>,
    message?: string,
  ): Promise<string>;
}

export const firstCommit = (files: Readonly<Record<string, string>>): InitialCommit => ({
  files: new Map(
    Object.entries(files).map(([path, text]) => [
      path,
      { bytes: Buffer.from(text), executable: path.endsWith('.sh') },
    ]),
  ),
  branch: 'main',
  author: { name: 'Eve', email: 'eve@example.com' },
  message: 'Create shop\n',
  at: new Date('2026-11-21T10:00:00Z'),
});

/** What every git host does, whatever is behind it. */
export function gitHostContract(name: string, make: () => Promise<GitHostBench>): void {
  let bench: GitHostBench;
  beforeEach(async () => {
    bench = await make();
  });
  afterEach(async () => {
    await bench[Symbol.asyncDispose]();
  });
  const shop = { 'pltf.yaml': 'kind: service\n', 'server.js': 'one\n' };

  describe(`${name}: a repository`, () => {
    test('is made with its first commit', async () => {
      const { host } = bench;
      expect(await host.exists('shop')).toBe(false);

      await host.create('shop', firstCommit(shop));

      expect(await host.exists('shop')).toBe(true);
      const branches = await host.branches('shop');
      expect([...branches.keys()]).toEqual(['main']);
      expect(await host.commitFacts('shop', branches.get('main') ?? '')).toEqual({
        commit: branches.get('main'),
        subject: 'Create shop',
        author: 'Eve',
      });
    });

    test('of the same files has the same first commit, so that making it again is the same', async () => {
      const { host } = bench;
      await host.create('shop', firstCommit(shop));
      await host.create('other', firstCommit(shop));

      expect((await host.branches('other')).get('main')).toBe(
        (await host.branches('shop')).get('main'),
      );
    });

    test('that stands is left as it is, also by two who make it at once', async () => {
      const { host } = bench;
      await Promise.all([
        host.create('shop', firstCommit(shop)),
        host.create('shop', firstCommit(shop)),
      ]);
      const after = await bench.commit('shop', 'main', { 'server.js': 'two\n' });

      await host.create('shop', firstCommit({ 'pltf.yaml': 'other\n' }));

      expect((await host.branches('shop')).get('main')).toBe(after);
    });

    test('that is removed is gone; to remove it again is no error', async () => {
      const { host } = bench;
      await host.create('shop', firstCommit(shop));

      await Promise.all([host.remove('shop'), host.remove('shop')]);
      await host.remove('shop');

      expect(await host.exists('shop')).toBe(false);
      await expect(host.branches('shop')).rejects.toBeInstanceOf(PltfError);
    });

    test('can be made again under the same name, and nothing of the old one is in it', async () => {
      const { host } = bench;
      await host.create('shop', firstCommit(shop));
      const old = await bench.commit('shop', 'main', { 'server.js': 'two\n' });
      await host.remove('shop');

      await host.create('shop', firstCommit(shop));

      await expect(host.commitFacts('shop', old)).rejects.toMatchObject({ code: 'not-found' });
    });

    test.each(['', '..', '../shop', 'a/b', 'Shop', '-shop', 'a'.repeat(100), 'shop\0', 'git'])(
      'cannot be named %j',
      async (repository) => {
        const { host } = bench;

        await expect(host.create(repository, firstCommit(shop))).rejects.toMatchObject({
          code: 'name-invalid',
        });
        await expect(host.remove(repository)).rejects.toMatchObject({ code: 'name-invalid' });
        await expect(host.branches(repository)).rejects.toMatchObject({ code: 'name-invalid' });
      },
    );
  });

  describe(`${name}: what is read of a commit`, () => {
    beforeEach(async () => {
      await bench.host.create('shop', firstCommit(shop));
    });

    test('is what lies at the root and the texts asked for', async () => {
      const commit = await bench.commit('shop', 'main', {
        '.github/workflows/ci.yml': 'on: push\n',
        '.github/workflows/deep/no.yml': 'no\n',
        '.github/other.yml': 'no\n',
        'src/app.js': 'x\n',
        'empty': '',
        'with space and ü.txt': 'ü\n',
      });

      const { names, texts } = await bench.host.readFiles(
        'shop',
        commit,
        ['pltf.yaml', 'missing', 'empty', 'with space and ü.txt', 'src'],
        ['.github/workflows', 'nowhere'],
      );

      expect(names.toSorted()).toEqual([
        '.github/',
        'empty',
        'pltf.yaml',
        'server.js',
        'src/',
        'with space and ü.txt',
      ]);
      expect(Object.fromEntries(texts)).toEqual({
        'pltf.yaml': 'kind: service\n',
        'empty': '',
        'with space and ü.txt': 'ü\n',
        '.github/workflows/ci.yml': 'on: push\n',
      });
    });

    test('leaves out what is too large, and fails at nothing', async () => {
      const commit = await bench.commit(
        'shop',
        'main',
        { 'pltf.yaml': 'x'.repeat(40 * 1024 * 1024), '.github/workflows/a.yml': 'a\n' },
        'y'.repeat(1024 * 1024),
      );

      const { names, texts } = await bench.host.readFiles(
        'shop',
        commit,
        ['pltf.yaml'],
        ['.github/workflows'],
      );
      const { subject } = await bench.host.commitFacts('shop', commit);

      expect(names).toContain('pltf.yaml');
      expect([...texts.keys()]).toEqual(['.github/workflows/a.yml']);
      expect(subject).toBe('y'.repeat(200));
    });

    test('its files are found by their last part', async () => {
      const commit = await bench.commit('shop', 'main', {
        'a/action.yml': '1',
        'b/c/action.yaml': '2',
        'action.yml.txt': '3',
      });

      expect(await bench.host.findFiles('shop', commit, ['action.yml', 'action.yaml'])).toEqual([
        'a/action.yml',
        'b/c/action.yaml',
      ]);
    });

    test('subject and author come without what moves a cursor', async () => {
      const commit = await bench.commit(
        'shop',
        'main',
        { a: '1' },
        '\u001b[31mred\u0007 \u009b2J\n\nbody',
      );

      expect((await bench.host.commitFacts('shop', commit)).subject).toMatch(/^\[31mred\s+2J$/);
    });

    test('the difference of two commits names the paths; without a commit before there is none', async () => {
      const { host } = bench;
      const before = (await host.branches('shop')).get('main') ?? '';
      const after = await bench.commit('shop', 'main', {
        'server.js': 'two\n',
        'new/ü.txt': 'x',
        'pltf.yaml': undefined,
      });

      expect((await host.changedPaths('shop', before, after))?.toSorted()).toEqual([
        'new/ü.txt',
        'pltf.yaml',
        'server.js',
      ]);
      expect(await host.changedPaths('shop', undefined, after)).toBeUndefined();
      expect(await host.changedPaths('shop', '0'.repeat(40), after)).toBeUndefined();
      expect(await host.changedPaths('shop', after, after)).toEqual([]);
    });

    test('a commit that is not there is said so', async () => {
      await expect(bench.host.commitFacts('shop', 'f'.repeat(40))).rejects.toMatchObject({
        code: 'not-found',
      });
      await expect(bench.host.readFiles('shop', 'f'.repeat(40), ['a'], [])).rejects.toBeInstanceOf(
        PltfError,
      );
    });

    describe('one more commit', () => {
      const next = (parent: string, files: Readonly<Record<string, string | undefined>>) => ({
        ...{ branch: 'main', parent, files, message: 'More' },
        author: { name: 'Ada', email: 'ada@example.com' },
        at: new Date('2026-01-02T03:04:05Z'),
      });

      test('changes and takes out the files named, and leaves the others', async () => {
        const made = bench;
        await made.host.create('more', firstCommit({ a: '1', b: '2', c: '3' }));
        const head = (await made.host.branches('more')).get('main') ?? '';

        const commit = await made.host.commit('more', next(head, { a: 'new', b: undefined }));

        expect((await made.host.branches('more')).get('main')).toBe(commit);
        const { names, texts } = await made.host.readFiles('more', commit, ['a', 'b', 'c'], []);
        expect([...names].toSorted()).toEqual(['a', 'c']);
        expect(texts.get('a')).toBe('new');
      });

      test('made a second time on the same parent, after it is there, is refused', async () => {
        const made = bench;
        await made.host.create('more', firstCommit({ a: '1' }));
        const head = (await made.host.branches('more')).get('main') ?? '';
        const first = await made.host.commit('more', next(head, { a: '2' }));

        const late = made.host.commit('more', next(head, { a: '3' }));

        await expect(late).rejects.toMatchObject({ code: 'conflict' });
        expect((await made.host.branches('more')).get('main')).toBe(first);
        expect([...(await made.host.branches('more')).keys()]).toEqual(['main']);
      });
    });
  });
}
