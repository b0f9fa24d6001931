import { randomUUID } from 'node:crypto';
import { mkdir, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { PlatformPath, PltfError, platformRepository } from '@pltf/contracts';
import type { ExaminedPush, NextCommit, PlatformGit } from '../../../modules/platform/index.ts';
import { platformBranch } from '../../../modules/platform/index.ts';
import type { GitHost } from '../../../modules/repos/index.ts';
import { readCommitFiles } from './commit-reader.ts';
import { nextCommitStream } from './fast-import.ts';
import { type Git, gitProgram } from './git-process.ts';
import { readReceivePack, refuseAll } from './receive-pack.ts';

export interface BuiltinPlatformGitOptions {
  readonly git: GitHost;
  /** A PATH to find git in. */
  readonly path: string;
}

const guardrailFolder = 'guardrails';
const branchRef = `refs/heads/${platformBranch}`;

/** The platform's own repository: a bare one beside the components', on the same real git. */
export function builtinPlatformGit({ git: host, path }: BuiltinPlatformGitOptions): PlatformGit {
  const git = gitProgram(path);
  const directory = host.directory(platformRepository);
  const inside = (...args: string[]): string[] => ['--git-dir', directory, ...args];
  return {
    exists: () => host.exists(platformRepository),
    ensure: ({ files, author, message, at }) =>
      host.create(platformRepository, {
        files: new Map(
          Object.entries(files).map(([name, text]) => [
            name,
            { bytes: Buffer.from(text), executable: false },
          ]),
        ),
        branch: platformBranch,
        author: authorOf(author),
        message,
        at,
      }),
    head: async () =>
      (await host.exists(platformRepository))
        ? (await host.branches(platformRepository)).get(platformBranch)
        : undefined,
    files: (commit) => platformFilesAt(git, directory, commit),
    commit: (next) => commit(git, directory, next),
    move: async (to, expected) => {
      const args = inside('update-ref', '-m', 'pltf', branchRef, to, expected);
      return (await git({ args, accept: [1, 128] })).code === 0;
    },
    isAncestor: (older, newer) => isAncestor(git, directory, older, newer),
    root: async (commit) => {
      const args = inside('rev-list', '--first-parent', '--max-parents=0', commit);
      return (await git({ args })).out.toString('utf8').trim();
    },
    examine: (body) => examine(path, git, directory, Buffer.from(body)),
    serve: (exchange) => host.serve({ ...exchange, repository: platformRepository }),
  };
}

const authorOf = (name: string) => ({ name, email: `${name}@localhost` });

async function platformFilesAt(
  git: Git,
  directory: string,
  commit: string,
): Promise<Readonly<Record<string, string>>> {
  const { texts } = await readCommitFiles(
    git,
    directory,
    commit,
    ['platform.yaml'],
    [guardrailFolder],
  );
  return Object.fromEntries([...texts].filter(([path]) => PlatformPath.safeParse(path).success));
}

async function isAncestor(git: Git, directory: string, older: string, newer: string) {
  const args = ['--git-dir', directory, 'merge-base', '--is-ancestor', older, newer];
  return (await git({ args, accept: [1, 128] })).code === 0;
}

/** On a ref of its own, hidden from clients, so that git's housekeeping leaves it where it is. */
async function commit(git: Git, directory: string, next: NextCommit): Promise<string> {
  const ref = `refs/pltf/platform/${randomUUID()}`;
  const old = await platformFilesAt(git, directory, next.parent);
  const gone = Object.keys(old).filter((path) => next.files[path] === undefined);
  await git({
    args: ['--git-dir', directory, 'fast-import', '--quiet', '--done'],
    input: nextCommitStream({ ...next, ref, gone, author: authorOf(next.author) }),
  });
  const { out } = await git({ args: ['--git-dir', directory, 'rev-parse', '--verify', ref] });
  return out.toString('utf8').trim();
}

/** Unpacks what was pushed into a folder of its own, which knows the repository's objects and is not known to it. */
async function examine(
  path: string,
  plain: Git,
  directory: string,
  body: Buffer,
): Promise<ExaminedPush> {
  const request = readReceivePack(body);
  const scratch = join(dirname(directory), '.making', `platform.push-${randomUUID()}`);
  const objects = join(scratch, 'objects');
  const git = gitProgram(path, {
    GIT_OBJECT_DIRECTORY: objects,
    GIT_ALTERNATE_OBJECT_DIRECTORIES: join(directory, 'objects'),
  });
  const dispose = () => rm(scratch, { recursive: true, force: true });
  try {
    if (request.pack.length > 0) {
      await mkdir(join(objects, 'pack'), { recursive: true, mode: 0o700 });
      const args = ['--git-dir', directory, 'index-pack', '--stdin', '--fix-thin', '--strict'];
      const { code } = await git({ args, input: request.pack, accept: [1, 128] });
      if (code !== 0)
        throw new PltfError('bad-request', { detail: 'the pack of this push is damaged' });
    }
  } catch (error) {
    await dispose();
    throw error;
  }
  const reader = request.pack.length > 0 ? git : plain;
  return {
    refs: request.commands,
    files: (commit) => platformFilesAt(reader, directory, commit),
    isAncestor: (older, newer) => isAncestor(reader, directory, older, newer),
    refusal: (lines, reason) => refuseAll(request, lines, reason),
    [Symbol.asyncDispose]: dispose,
  };
}
