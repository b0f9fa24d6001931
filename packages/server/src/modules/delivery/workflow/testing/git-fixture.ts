import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

/** A bare repository with one commit. */
export interface GitFixture extends Disposable {
  readonly repository: string;
  readonly gitDirectory: string;
  readonly ref: string;
  readonly commit: string;
}

/** The same files give the same commit. */
const fixedDates = {
  GIT_AUTHOR_DATE: '2026-11-21T10:00:00Z',
  GIT_COMMITTER_DATE: '2026-11-21T10:00:00Z',
};

/** Makes a repository that holds these files, with real git. */
export function createGitFixture(files: Readonly<Record<string, string>>): GitFixture {
  const base = mkdtempSync(join(tmpdir(), 'pltf-git-'));
  const work = join(base, 'work');
  mkdirSync(work);
  const git = (...args: string[]) =>
    execFileSync(
      'git',
      ['-C', work, '-c', 'user.name=Test', '-c', 'user.email=test@example.com', ...args],
      {
        encoding: 'utf8',
        env: { PATH: process.env['PATH'], HOME: base, GIT_CONFIG_NOSYSTEM: '1', ...fixedDates },
      },
    ).trim();
  git('init', '-q', '-b', 'main');
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(work, path)), { recursive: true });
    writeFileSync(join(work, path), text);
  }
  git('add', '-A');
  git('commit', '-q', '-m', 'first');
  const gitDirectory = join(base, 'bare.git');
  git('clone', '-q', '--bare', work, gitDirectory);
  return {
    repository: 'team/app',
    gitDirectory,
    ref: 'refs/heads/main',
    commit: git('rev-parse', 'HEAD'),
    [Symbol.dispose]: () => rmSync(base, { recursive: true, force: true }),
  };
}
