import { PltfError } from '@pltf/contracts';
import type { Git } from '../git/builtin/git-process.ts';
import type { FileVersion, PathChange, TreeEntry } from './environment-repo.ts';
import { emptyTree } from './write-commit.ts';

const maximumFile = 16 * 1024 * 1024;
const maximumAnswer = 32 * 1024 * 1024;

/** Reads of a bare repository. Every id and path was checked by the caller. */
export interface Reading {
  resolve(name: string): Promise<string | undefined>;
  objects(commit: string, paths: readonly string[]): Promise<readonly (string | undefined)[]>;
  readMany(commit: string, paths: readonly string[]): Promise<ReadonlyMap<string, Uint8Array>>;
  list(commit: string, folder: string, deep: boolean): Promise<readonly TreeEntry[]>;
  difference(
    before: string | undefined,
    after: string,
    folder: string,
  ): Promise<readonly PathChange[]>;
  history(
    commit: string,
    path: string,
    options: { readonly after?: string; readonly most: number },
  ): Promise<readonly FileVersion[]>;
}

export function readingOf(git: Git, directory: string): Reading {
  const inside = (...args: string[]): string[] => ['--git-dir', directory, ...args];
  const resolve = async (name: string): Promise<string | undefined> => {
    const args = inside('rev-parse', '--quiet', '--verify', '--end-of-options', name);
    const { code, out } = await git({ args, accept: [1, 128] });
    return code === 0 ? out.toString('latin1').trim() : undefined;
  };
  const objects: Reading['objects'] = async (commit, paths) => {
    if (paths.length === 0) return [];
    const { out } = await git({
      args: inside('cat-file', '--batch-check=%(objectname)'),
      input: paths.map((path) => `${commit}:${path}\n`).join(''),
    });
    const lines = out.toString('utf8').split('\n');
    return paths.map((_, index) => (isId(lines[index]) ? lines[index] : undefined));
  };
  return {
    resolve,
    objects,
    readMany: (commit, paths) => readMany(git, inside, commit, paths),
    list: async (commit, folder, deep) => {
      const args = inside('ls-tree', '-z', ...(deep ? ['-r'] : []), treeish(commit, folder));
      const { code, out } = await git({ args, accept: [128] });
      return code === 0 ? entriesOf(out, folder) : [];
    },
    difference: async (before, after, folder) => {
      const between = (one: string, other: string) =>
        git({ args: inside('diff-tree', ...diffOptions, one, other), accept: [128] });
      // Both are there nearly always: one process instead of three.
      const was = before === undefined ? emptyTree : treeish(before, folder);
      const { code, out } = await between(was, treeish(after, folder));
      if (code === 0) return differencesOf(out, folder);
      const at = async (name: string): Promise<string> => (await resolve(name)) ?? emptyTree;
      const known = await between(await at(was), await at(treeish(after, folder)));
      return differencesOf(known.out, folder);
    },
    history: async (commit, path, { after, most }) => {
      const log = (...not: readonly string[]) =>
        git({
          args: inside('log', `--max-count=${most}`, versionFormat, commit, ...not, '--', path),
          accept: [128],
        });
      const found = after === undefined ? undefined : await log(`^${after}`);
      // A commit that is not here (any more) excludes nothing.
      const { code, out } = found?.code === 0 ? found : await log();
      return code === 0 ? versionsOf(out) : [];
    },
  };
}

const versionFormat = '--format=%H%x00%an%x00%ae%x00%at%x00';

function versionsOf(out: Buffer): readonly FileVersion[] {
  const fields = out.toString('utf8').split('\0');
  const versions: FileVersion[] = [];
  for (let at = 0; at + 4 < fields.length; at += 4) {
    const [commit = '', name = '', email = '', seconds = ''] = fields.slice(at, at + 4);
    const author = { name, email };
    versions.push({ commit: commit.trim(), author, at: new Date(Number(seconds) * 1000) });
  }
  return versions;
}

const diffOptions = ['-r', '-z', '--raw', '--no-renames', '--full-index', '--end-of-options'];
const treeish = (commit: string, folder: string): string =>
  folder === '' ? commit : `${commit}:${folder}`;

const isId = (line: string | undefined): boolean => /^[0-9a-f]{40,64}$/.test(line ?? '');
const under = (folder: string, path: string): string =>
  folder === '' ? path : `${folder}/${path}`;

function entriesOf(out: Buffer, folder: string): readonly TreeEntry[] {
  return out
    .toString('utf8')
    .split('\0')
    .flatMap((line) => {
      const [, mode, object = '', path = ''] = /^(\d{6}) \w+ ([0-9a-f]+)\t(.*)$/s.exec(line) ?? [];
      if (mode === undefined) return [];
      const kind = mode === '040000' ? ('folder' as const) : ('file' as const);
      return [{ path: under(folder, path), kind, object }];
    });
}

function differencesOf(out: Buffer, folder: string): readonly PathChange[] {
  const parts = out.toString('utf8').split('\0');
  const changes: PathChange[] = [];
  for (let index = 0; index + 1 < parts.length; index += 2) {
    const [, , before = '', after = ''] = (parts[index] ?? '').split(' ');
    const blob = (id: string): string | undefined => (/^0+$/.test(id) ? undefined : id);
    const path = under(folder, parts[index + 1] ?? '');
    changes.push({ path, before: blob(before), after: blob(after) });
  }
  return changes;
}

/** One process for any number of them; what is no file, or larger than 16 MiB, is left out. */
async function readMany(
  git: Git,
  inside: (...args: string[]) => string[],
  commit: string,
  paths: readonly string[],
): Promise<ReadonlyMap<string, Uint8Array>> {
  const found = new Map<string, Uint8Array>();
  const names = paths.map((path) => `${commit}:${path}\n`);
  if (names.length === 0) return found;
  const check = await git({
    args: inside('cat-file', '--batch-check=%(objectname) %(objecttype) %(objectsize)'),
    input: names.join(''),
  });
  const lines = check.out.toString('utf8').split('\n');
  const wanted = paths.flatMap((path, index) => {
    const [object = '', type, size] = (lines[index] ?? '').split(' ');
    return type === 'blob' && Number(size) <= maximumFile
      ? [{ path, object, bytes: Number(size) }]
      : [];
  });
  for (const group of groupsOf(wanted)) {
    const { out } = await git({
      args: inside('cat-file', '--batch'),
      input: group.map(({ object }) => `${object}\n`).join(''),
    });
    let position = 0;
    for (const { path, object, bytes } of group) {
      const start = out.indexOf('\n', position) + 1;
      if (start === 0) {
        throw new PltfError('git-failed', { detail: `git cat-file could not read ${object}` });
      }
      found.set(path, out.subarray(start, start + bytes));
      position = start + bytes + 1;
    }
  }
  return found;
}

interface Wanted {
  readonly path: string;
  readonly object: string;
  readonly bytes: number;
}

/** As many as an answer of git may hold. */
function groupsOf(wanted: readonly Wanted[]): readonly (readonly Wanted[])[] {
  const groups: Wanted[][] = [];
  let bytes = Number.POSITIVE_INFINITY;
  for (const one of wanted) {
    if (bytes + one.bytes > maximumAnswer) {
      groups.push([]);
      bytes = 0;
    }
    groups.at(-1)?.push(one);
    bytes += one.bytes;
  }
  return groups;
}
