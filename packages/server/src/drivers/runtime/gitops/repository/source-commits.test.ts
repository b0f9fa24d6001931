import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { sourceCommits } from './source-commits.ts';

const run = promisify(execFile);
let folder: string;
let sha: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'pltf-source-'));
  const env = {
    ...process.env,
    ...{ GIT_AUTHOR_NAME: 'Ada Lovelace', GIT_AUTHOR_EMAIL: 'ada@example.com' },
    ...{ GIT_COMMITTER_NAME: 'A Robot', GIT_COMMITTER_EMAIL: 'robot@example.com' },
    GIT_AUTHOR_DATE: '2026-11-20T10:00:00+02:00',
  };
  const git = async (...args: readonly string[]) =>
    (await run('git', args, { cwd: folder, env })).stdout;
  await git('init', '--quiet', '--initial-branch=main', 'users-api.git');
  const message = 'Count faster\n\nThe report was late.\n\nSigned-off-by: Ada';
  await git('-C', 'users-api.git', 'commit', '--quiet', '--allow-empty', '-m', message);
  sha = (await git('-C', 'users-api.git', 'rev-parse', 'HEAD')).trim();
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const commitOf = (component: string, name: string) =>
  sourceCommits({
    directory: (one) => join(folder, `${one}.git`, '.git'),
    address: (one) => `https://git.example.com/${one}.git`,
    path: process.env['PATH'] ?? '',
  })(component, name);

test('a commit is told with its author, not its committer, when, and why', async () => {
  expect(await commitOf('users-api', sha)).toEqual({
    ...{ sha, repository: 'https://git.example.com/users-api.git' },
    author: { name: 'Ada Lovelace', email: 'ada@example.com' },
    ...{ date: '2026-11-20T10:00:00+02:00', subject: 'Count faster' },
    body: 'The report was late.\n\nSigned-off-by: Ada',
  });
});

test.each([
  ['a commit that the repository does not have', 'users-api', 'a'.repeat(40)],
  ['a component without a repository', 'nobody', 'a'.repeat(40)],
  ['a name that is no commit', 'users-api', 'HEAD'],
  ['what git would take for an option', 'users-api', '--output=/tmp/x'],
])('of %s nothing is told', async (_, component, name) => {
  expect(await commitOf(component, name)).toBeUndefined();
});
