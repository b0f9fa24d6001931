import { randomUUID } from 'node:crypto';
import { mkdir, readdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ComponentName, PltfError, platformRepository } from '@pltf/contracts';
import type { GitHost, InitialCommit } from '../../../modules/repos/index.ts';
import { findCommitFiles, readCommitFacts, readCommitFiles } from './commit-reader.ts';
import { fastImportStream } from './fast-import.ts';
import { furtherCommit } from './further-commit.ts';
import { type Git, gitProgram } from './git-process.ts';
import { serveGit } from './serve.ts';

export interface BuiltinGitOptions {
  /** Folder of the bare repositories. */
  readonly root: string;
  /** A PATH to find git in. */
  readonly path: string;
  /** Pushes above this are refused by git. */
  readonly maximumPushBytes?: number;
}

const defaultMaximumPush = 512 * 1024 * 1024;
/** Bytes of the names of changed files; a change of more is a change of everything. */
const maximumPaths = 8 * 1024 * 1024;
const scratch = '.making';
/** What is being made for longer than this is made by nobody any more. */
const longestMakingMs = 10 * 60_000;

/** Bare repositories in a folder of the data directory, made and served by real git. */
export function builtinGit(options: BuiltinGitOptions): GitHost {
  const git = gitProgram(options.path);
  const directory = (repository: string): string => {
    // The platform's own has a reserved name: no component can be called so.
    if (repository !== platformRepository && !ComponentName.safeParse(repository).success) {
      throw new PltfError('name-invalid', { detail: `no repository can be named so` });
    }
    return join(options.root, `${repository}.git`);
  };
  return {
    directory,
    exists: async (repository) => isDirectory(directory(repository)),
    create: async (repository, first) =>
      create(git, options, repository, directory(repository), first),
    commit: async (repository, next) => furtherCommit(git, directory(repository), next),
    remove: async (repository) => remove(options.root, repository, directory(repository)),
    branches: async (repository) => branches(git, directory(repository)),
    commitFacts: async (repository, commit) => readCommitFacts(git, directory(repository), commit),
    readFiles: async (repository, commit, paths, folders) =>
      readCommitFiles(git, directory(repository), commit, paths, folders),
    findFiles: async (repository, commit, names) =>
      findCommitFiles(git, directory(repository), commit, names),
    changedPaths: async (repository, before, after) =>
      changedPaths(git, directory(repository), before, after),
    serve: async (exchange) => {
      directory(exchange.repository);
      await serveGit(git, options.root, exchange);
    },
  };
}

const isDirectory = async (path: string): Promise<boolean> =>
  stat(path).then(
    (entry) => entry.isDirectory(),
    () => false,
  );

/** Made beside its place and moved there whole, so that a kill in between leaves no half repository. */
async function create(
  git: Git,
  { root, maximumPushBytes = defaultMaximumPush }: BuiltinGitOptions,
  repository: string,
  directory: string,
  first: InitialCommit,
): Promise<void> {
  if (await isDirectory(directory)) return;
  const making = join(root, scratch, `${repository}.new-${randomUUID()}`);
  await mkdir(join(root, scratch), { recursive: true, mode: 0o700 });
  await sweep(root, (_, ageMs) => ageMs > longestMakingMs);
  try {
    await git({
      args: ['init', '--quiet', '--bare', '--initial-branch', first.branch, '--template=', making],
    });
    await mkdir(join(making, 'info'), { recursive: true });
    await writeConfig(making, maximumPushBytes);
    await git({
      args: ['--git-dir', making, 'fast-import', '--quiet', '--done'],
      input: fastImportStream(first),
    });
    await rename(making, directory).catch(async (error: NodeJS.ErrnoException) => {
      if (error.code !== 'ENOTEMPTY' && error.code !== 'EEXIST') throw error;
    });
  } catch (error) {
    throw diskFull(error);
  } finally {
    await rm(making, { recursive: true, force: true });
  }
}

/** Removes what a kill in the middle of making or removing a repository has left: where `isLeft` by name and age. */
async function sweep(
  root: string,
  isLeft: (name: string, ageMs: number) => boolean,
): Promise<void> {
  for (const name of await readdir(join(root, scratch))) {
    const path = join(root, scratch, name);
    const made = await stat(path).catch(() => undefined);
    if (made === undefined || !isLeft(name, Date.now() - made.mtimeMs)) continue;
    await rm(path, { recursive: true, force: true });
  }
}

async function writeConfig(directory: string, maximumPush: number): Promise<void> {
  const config = `[core]
\trepositoryformatversion = 0
\tfilemode = true
\tbare = true
\thooksPath = /dev/null
\tlogAllRefUpdates = true
\tfsync = committed,reference
[http]
\treceivepack = true
[receive]
\tfsckObjects = true
\tdenyDeleteCurrent = true
\tmaxInputSize = ${maximumPush}
\tautogc = true
[transfer]
\thideRefs = refs/pltf
[uploadpack]
\tallowFilter = true
[gc]
\tautoDetach = true
`;
  await writeFile(join(directory, 'config'), config);
}

function diskFull(error: unknown): unknown {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (code !== 'ENOSPC' && code !== 'EDQUOT') return error;
  return new PltfError('disk-full', {
    detail: 'the repository could not be written',
    cause: error,
  });
}

/** Moved aside first: from one moment to the next it is gone for everybody. */
async function remove(root: string, repository: string, directory: string): Promise<void> {
  await mkdir(join(root, scratch), { recursive: true, mode: 0o700 });
  const grave = join(root, scratch, `${repository}.gone-${randomUUID()}`);
  await rename(directory, grave).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT') throw error;
  });
  await sweep(root, (name) => name.startsWith(`${repository}.`));
}

async function branches(git: Git, directory: string): Promise<ReadonlyMap<string, string>> {
  const { out } = await git({
    args: [
      '--git-dir',
      directory,
      'for-each-ref',
      '--format=%(objectname) %(refname:lstrip=2)',
      'refs/heads',
    ],
  });
  const found = new Map<string, string>();
  for (const line of out.toString('utf8').split('\n')) {
    const [commit, name] = [line.slice(0, 40), line.slice(41)];
    if (commit !== '' && name !== '') found.set(name, commit);
  }
  return found;
}

async function changedPaths(
  git: Git,
  directory: string,
  before: string | undefined,
  after: string,
) {
  if (before === undefined) return undefined;
  const args = ['diff-tree', '-r', '-z', '--name-only', '--no-renames', before, after];
  const { code, out, cut } = await git({
    args: ['--git-dir', directory, ...args],
    take: maximumPaths,
    accept: [128],
  });
  if (code !== 0 || cut) return undefined;
  return out
    .toString('utf8')
    .split('\0')
    .filter((path) => path !== '');
}
