import { PltfError } from '@pltf/contracts';
import type { CommitFacts, CommitFiles } from '../../../modules/repos/index.ts';
import type { Git } from './git-process.ts';

/** Larger files are not read: nothing that is read here is ever so large. */
const maximumFile = 1024 * 1024;
const maximumFiles = 200;
const maximumTotal = 16 * 1024 * 1024;
const maximumListing = 4 * 1024 * 1024;
const maximumPaths = 32 * 1024 * 1024;
const maximumCommit = 64 * 1024;

interface Entry {
  readonly mode: string;
  readonly object: string;
  readonly bytes: number;
  readonly path: string;
}

/** Lists entries of a commit's tree; of a listing above 4 MiB only the beginning. */
async function list(
  git: Git,
  directory: string,
  commit: string,
  paths: readonly string[],
): Promise<readonly Entry[]> {
  const args = [
    '--git-dir',
    directory,
    'ls-tree',
    '-l',
    '-z',
    '--full-tree',
    commit,
    '--',
    ...paths,
  ];
  const { out, cut } = await git({ args, take: maximumListing });
  const lines = out.toString('utf8').split('\0');
  if (cut) lines.pop();
  return lines.flatMap((line) => {
    const match = /^(\d{6}) \w+ ([0-9a-f]{40}) +(\d+|-)\t(.*)$/s.exec(line);
    const [, mode = '', object = '', size = '', path = ''] = match ?? [];
    return match === null ? [] : [{ mode, object, path, bytes: Number(size) || 0 }];
  });
}

const isFolder = ({ mode }: Entry): boolean => mode === '040000';
/** Not links: what they say is a path, and no text of the file's. */
const isFile = ({ mode }: Entry): boolean => mode === '100644' || mode === '100755';

/** See `GitHost.readFiles`. At most 200 files of at most 1 MiB each. */
export async function readCommitFiles(
  git: Git,
  directory: string,
  commit: string,
  paths: readonly string[],
  folders: readonly string[],
): Promise<CommitFiles> {
  const inFolders = folders.map((folder) => list(git, directory, commit, [`${folder}/`]));
  const [root, named, ...others] = await Promise.all([
    list(git, directory, commit, []),
    list(git, directory, commit, paths),
    ...inFolders,
  ]);
  const wanted = withinLimits([named, ...others].flat().filter(isFile));
  return {
    names: root.map((entry) => (isFolder(entry) ? `${entry.path}/` : entry.path)),
    texts: await readTexts(git, directory, wanted),
  };
}

/** See `GitHost.findFiles`. Of the paths of an enormous commit only the first 32 MiB are looked through. */
export async function findCommitFiles(
  git: Git,
  directory: string,
  commit: string,
  names: readonly string[],
): Promise<readonly string[]> {
  const args = [
    '--git-dir',
    directory,
    'ls-tree',
    '-r',
    '-z',
    '--name-only',
    '--full-tree',
    commit,
  ];
  const { out } = await git({ args, take: maximumPaths });
  const wanted = new Set(names);
  const found = out
    .toString('utf8')
    .split('\0')
    .filter((path) => wanted.has(path.slice(path.lastIndexOf('/') + 1)));
  return found.slice(0, maximumFiles);
}

function withinLimits(entries: readonly Entry[]): readonly Entry[] {
  let total = 0;
  return entries
    .filter(({ bytes }) => bytes <= maximumFile)
    .slice(0, maximumFiles)
    .filter(({ bytes }) => {
      total += bytes;
      return total <= maximumTotal;
    });
}

/** One process for any number of them. */
async function readTexts(
  git: Git,
  directory: string,
  entries: readonly Entry[],
): Promise<ReadonlyMap<string, string>> {
  const texts = new Map<string, string>();
  if (entries.length === 0) return texts;
  const { out } = await git({
    args: ['--git-dir', directory, 'cat-file', '--batch'],
    input: entries.map(({ object }) => `${object}\n`).join(''),
  });
  let position = 0;
  for (const { path, object } of entries) {
    const end = out.indexOf('\n', position);
    const size = Number(/ blob (\d+)$/.exec(out.toString('latin1', position, end))?.[1]);
    if (end < 0 || Number.isNaN(size)) {
      throw new PltfError('git-failed', { detail: `git cat-file could not read ${object}` });
    }
    texts.set(path, out.toString('utf8', end + 1, end + 1 + size));
    position = end + 1 + size + 1;
  }
  return texts;
}

/** See `GitHost.commitFacts`. However long a message is, its first lines are enough. */
export async function readCommitFacts(
  git: Git,
  directory: string,
  commit: string,
): Promise<CommitFacts> {
  const { code, out } = await git({
    args: ['--git-dir', directory, 'cat-file', 'commit', commit],
    take: maximumCommit,
    accept: [128],
  });
  if (code !== 0) {
    throw new PltfError('not-found', { detail: `there is no commit ${commit.slice(0, 12)}` });
  }
  const text = out.toString('utf8');
  const end = text.indexOf('\n\n');
  const header = end < 0 ? text : text.slice(0, end);
  const body = end < 0 ? '' : text.slice(end + 2);
  const author = /^author (.*?) ?<[^>]*> \d+ [+-]\d+$/m.exec(header)?.[1] ?? '';
  return {
    commit,
    subject: shown(body.split('\n')[0] ?? '').slice(0, 200),
    author: shown(author).slice(0, 100) || 'unknown',
  };
}

/** What people wrote, without what would move a terminal's cursor. */
const shown = (text: string): string => text.replace(/[\u0000-\u001f\u007f-\u009f]/g, ' ').trim();
