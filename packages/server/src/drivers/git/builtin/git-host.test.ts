import { mkdir, mkdtemp, readdir, rm, utimes } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import {
  firstCommit,
  type GitHostBench,
  gitHostContract,
} from '../../../modules/repos/testing/git-host-contract.ts';
import { builtinGit } from './index.ts';
import { gitClient } from './testing/git-client.ts';

async function bench(): Promise<GitHostBench & { readonly root: string }> {
  const root = await mkdtemp(join(tmpdir(), 'pltf-git-host-'));
  const client = await gitClient();
  const host = builtinGit({ root, path: process.env['PATH'] ?? '' });
  return {
    root,
    host,
    commit: async (repository, branch, files, message) => {
      const directory = host.directory(repository);
      await rm(join(client.folder, 'work'), { recursive: true, force: true });
      await client.git('.', 'clone', '-q', directory, 'work');
      await client.git('work', 'checkout', '-q', '-B', branch);
      const commit = await client.commit('work', files, message);
      await client.git('work', 'push', '-q', 'origin', branch);
      return commit;
    },
    [Symbol.asyncDispose]: async () => {
      await client[Symbol.asyncDispose]();
      await rm(root, { recursive: true, force: true });
    },
  };
}

gitHostContract('the built-in host', bench);

describe('the built-in host', () => {
  test('leaves nothing behind of repositories that were made and removed', async () => {
    await using made = await bench();
    await made.host.create('shop', firstCommit({ a: '1' }));
    await made.host.remove('shop');

    expect(await readdir(made.root)).toEqual(['.making']);
    expect(await readdir(join(made.root, '.making'))).toEqual([]);
  });

  test('clears away what a kill left in the middle', async () => {
    await using made = await bench();
    const left = join(made.root, '.making');
    await made.host.create('shop', firstCommit({ a: '1' }));
    for (const name of ['pay.new-1', 'pay.gone-2', 'pay-roll.new-3', 'old.new-4']) {
      await mkdir(join(left, name, 'objects'), { recursive: true });
    }
    await utimes(join(left, 'old.new-4'), new Date(0), new Date(0));

    await made.host.create('pay', firstCommit({ a: '1' }));
    const afterCreation = await readdir(left);
    await made.host.remove('pay');

    expect(afterCreation.toSorted()).toEqual(['pay-roll.new-3', 'pay.gone-2', 'pay.new-1']);
    expect(await readdir(left)).toEqual(['pay-roll.new-3']);
  });

  test('keeps paths and modes as they are given', async () => {
    await using made = await bench();
    await using client = await gitClient();
    const odd = 'a "quoted" \\ back\tslash/new\nline/ü.txt';

    await made.host.create('shop', firstCommit({ [odd]: 'x', 'run.sh': '#!/bin/sh\n' }));

    await client.git('.', 'clone', '-q', made.host.directory('shop'), 'work');
    const listed = await client.git('work', 'ls-files', '-s', '-z');
    const entries = listed.split('\0').filter((line) => line !== '');
    expect(entries.map((line) => [line.slice(0, 6), line.slice(line.indexOf('\t') + 1)])).toEqual([
      ['100644', odd],
      ['100755', 'run.sh'],
    ]);
  });

  test.each([
    '../out',
    '.git/config',
    'a/../../b',
    '/etc/passwd',
    'a//b',
    'x/.GIT/hooks/post-receive',
    'a\0b',
    '',
  ])('writes no file outside the repository: %j', async (path) => {
    await using made = await bench();

    await expect(made.host.create('shop', firstCommit({ [path]: 'x' }))).rejects.toMatchObject({
      code: 'template-invalid',
    });

    expect(await made.host.exists('shop')).toBe(false);
    expect(await readdir(join(made.root, '.making'))).toEqual([]);
  });

  test('says that git is missing, and what to do', async () => {
    const root = await mkdtemp(join(tmpdir(), 'pltf-git-host-'));
    const host = builtinGit({ root, path: '/nonexistent' });

    await expect(host.create('shop', firstCommit({ a: '1' }))).rejects.toMatchObject({
      code: 'git-failed',
      fix: 'Install git.',
    });

    await rm(root, { recursive: true, force: true });
  });
});
