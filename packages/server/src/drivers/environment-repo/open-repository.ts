import { createHash } from 'node:crypto';
import { isAbsolute, join, normalize } from 'node:path';
import { PltfError } from '@pltf/contracts';
import { systemClock } from '../../kernel/clock.ts';
import { type Git, gitProgram } from '../git/builtin/git-process.ts';
import { ensureBare, sweepLeftovers } from './bare-repository.ts';
import { batches } from './batches.ts';
import type { CommitAnswer, EnvironmentRepo, EnvironmentRepoOptions } from './environment-repo.ts';
import { checkedRequest, isStream, type RefRequest } from './next-commit.ts';
import { checkedId, checkedPath, checkedRef } from './paths.ts';
import { type Reading, readingOf } from './reading.ts';
import { type Remote, remoteOf } from './remote.ts';
import { type Batch, type WriterParts, writeBatch } from './repo-writer.ts';
import { repositoryLock } from './writer-lock.ts';

const localBatchMs = 50;
/** Hosts of repositories take about six pushes a minute for one repository. */
const hostedBatchMs = 10_000;
const lockWaitMs = 30_000;
const longestNote = 1024 * 1024;
/** After as many commits git looks whether it should tidy up. */
const commitsBetweenTidying = 200;

const ownAuthor = { name: 'pltf', email: 'pltf@localhost' };

/** Opens a repository of rendered manifests, and makes it when it is a path where nothing is. */
export async function openEnvironmentRepo(
  options: EnvironmentRepoOptions,
): Promise<EnvironmentRepo> {
  const place = placeOf(options);
  const git = gitProgram(options.path, hostedEnvironment(options.authorization));
  await ensureBare(git, place.directory);
  const { url, directory } = place;
  const remote = url === undefined ? undefined : remoteOf(git, directory, url, options.networkMs);
  const reading = readingOf(git, place.directory);
  const parts: WriterParts = {
    git,
    directory: place.directory,
    reading,
    remote,
    author: options.author ?? ownAuthor,
    clock: options.clock ?? systemClock,
  };
  return repositoryOf(options, parts);
}

function repositoryOf(options: EnvironmentRepoOptions, parts: WriterParts): EnvironmentRepo {
  const { reading, remote } = parts;
  const window = options.batchMs ?? (remote === undefined ? localBatchMs : hostedBatchMs);
  const queue = batches<RefRequest, CommitAnswer>(window, inTurn(options, parts));
  return {
    ...readsOf(reading),
    head: async (ref) => {
      checkedRef(ref);
      const isThere = remote === undefined || (await bring(reading, remote, ref));
      return isThere ? reading.resolve(ref) : undefined;
    },
    commit: async (request) => {
      const ref = checkedRef(request.ref);
      const checked = checkedRequest(request);
      const alone = checked.expectedHead !== undefined || isStream(checked);
      return alone ? queue.alone(ref, checked) : queue.add(ref, checked);
    },
    note: async (commit, ref, text) => {
      if (text.length > longestNote) {
        throw new PltfError('bad-request', { detail: 'a note holds at most 1 MiB' });
      }
      await queue.add(notesRef(ref), { kind: 'notes', commit: checkedId(commit), text });
    },
    readNote: (commit, ref) => readNote(parts, checkedId(commit), notesRef(ref)),
    fetch: async () => {
      if (remote === undefined) return;
      const refs = await knownRefs(parts);
      for (const ref of refs) await bring(reading, remote, ref);
    },
    [Symbol.asyncDispose]: () => queue[Symbol.asyncDispose](),
  };
}

const readsOf = (
  reading: Reading,
): Pick<EnvironmentRepo, 'read' | 'readMany' | 'list' | 'tree' | 'difference' | 'history'> => ({
  read: async (commit, path) =>
    (await reading.readMany(checkedId(commit), [checkedPath(path)])).get(path),
  readMany: async (commit, paths) => reading.readMany(checkedId(commit), paths.map(checkedPath)),
  list: async (commit, folder, { deep = true } = {}) =>
    reading.list(checkedId(commit), checkedFolder(folder), deep),
  tree: async (commit, folder) => reading.resolve(`${checkedId(commit)}:${checkedFolder(folder)}`),
  history: (commit, path, { after, most }) =>
    reading.history(checkedId(commit), checkedPath(path), {
      ...(after === undefined ? {} : { after: checkedId(after) }),
      most,
    }),
  difference: async (before, after, folder = '') =>
    reading.difference(
      before === undefined ? undefined : checkedId(before),
      checkedId(after),
      checkedFolder(folder),
    ),
});

const checkedFolder = (folder: string): string => (folder === '' ? folder : checkedPath(folder));

function notesRef(ref: string): string {
  if (!ref.startsWith('refs/notes/')) {
    throw new PltfError('bad-request', { detail: 'notes live below refs/notes/' });
  }
  return checkedRef(ref);
}

/** A batch under the locks: of this repository, and of all servers that write to it. */
function inTurn(options: EnvironmentRepoOptions, parts: WriterParts) {
  const lock = repositoryLock(parts.directory, lockWaitMs);
  let commits = 0;
  let swept = false;
  return async (ref: string, batch: Batch): Promise<void> => {
    await using turn = await options.turns?.acquire();
    if (options.turns !== undefined && turn === undefined) throw busy('another server writes');
    await using held = await lock.acquire();
    if (held === undefined) throw busy('another process of this machine writes');
    if (!swept) {
      await sweepLeftovers(parts.directory);
      swept = true;
    }
    // Another server may have pushed since: its commits are built upon, not around.
    if (parts.remote !== undefined && (await parts.reading.resolve(ref)) === undefined) {
      await bring(parts.reading, parts.remote, ref);
    }
    try {
      await writeBatch(parts, ref, batch);
    } catch (error) {
      // What a failure has left is looked for again, once it is old.
      swept = false;
      throw error;
    }
    commits += 1;
    if (commits % commitsBetweenTidying === 0) await tidy(parts.git, parts.directory);
  };
}

const busy = (detail: string): PltfError =>
  new PltfError('environment-repository-busy', { detail });

async function tidy(git: Git, directory: string): Promise<void> {
  await git({ args: ['--git-dir', directory, 'gc', '--auto', '--quiet'], accept: [1, 128] });
}

/**
 * Makes our copy of a ref what the host has. False where it has none (any more): ours stays, and the next commit brings
 * back what was in it.
 */
async function bring(reading: Reading, remote: Remote, ref: string): Promise<boolean> {
  const there = await remote.head(ref);
  if (there !== undefined && there !== (await reading.resolve(ref))) await remote.fetch(ref);
  return there !== undefined;
}

async function knownRefs({ git, directory }: WriterParts): Promise<readonly string[]> {
  const args = ['--git-dir', directory, 'for-each-ref', '--format=%(refname)'];
  const { out } = await git({ args: [...args, 'refs/heads', 'refs/notes'] });
  return out
    .toString('utf8')
    .split('\n')
    .filter((ref) => ref !== '');
}

async function readNote(
  { git, directory }: WriterParts,
  commit: string,
  ref: string,
): Promise<string | undefined> {
  const args = ['--git-dir', directory, 'notes', '--ref', ref, 'show', commit];
  const { code, out } = await git({ args, accept: [1, 128] });
  return code === 0 ? out.toString('utf8') : undefined;
}

interface Place {
  readonly directory: string;
  readonly url: string | undefined;
}

function placeOf({ location, root }: EnvironmentRepoOptions): Place {
  if (isAbsolute(location) && normalize(location) !== '/') {
    return { directory: normalize(location), url: undefined };
  }
  const url = URL.canParse(location) ? new URL(location) : undefined;
  const fine =
    url !== undefined &&
    ['https:', 'http:', 'file:'].includes(url.protocol) &&
    url.username === '' &&
    url.password === '';
  if (!fine) {
    throw new PltfError('bad-request', {
      detail:
        'an environment repository is an absolute path or an https address without a password in it',
      fix: 'Write the address as https://host/owner/name.git and name the credentials beside it.',
    });
  }
  const copy = createHash('sha256').update(url.href).digest('hex').slice(0, 20);
  return { directory: join(root, `${copy}.git`), url: url.href };
}

/** Two settings more for git, by its environment: nothing secret is seen in a list of processes. */
function hostedEnvironment(authorization: string | undefined): NodeJS.ProcessEnv {
  const settings: [string, string][] = [
    ['safe.directory', '*'],
    ['http.lowSpeedLimit', '1000'],
    ['http.lowSpeedTime', '30'],
  ];
  if (authorization !== undefined) {
    settings.push(['http.extraHeader', `Authorization: ${authorization}`]);
  }
  const environment: NodeJS.ProcessEnv = {
    GIT_ALLOW_PROTOCOL: 'https:http:file',
    GIT_CONFIG_COUNT: String(settings.length),
    GIT_PROTOCOL_FROM_USER: '0',
  };
  settings.forEach(([key, value], index) => {
    environment[`GIT_CONFIG_KEY_${index}`] = key;
    environment[`GIT_CONFIG_VALUE_${index}`] = value;
  });
  return environment;
}
