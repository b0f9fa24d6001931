import { randomUUID } from 'node:crypto';
import { PltfError } from '@pltf/contracts';
import type { CommitAuthor, Trailer, TreePointer } from './environment-repo.ts';
import { type ImportProcess, startImport } from './import-process.ts';
import { quotedPath } from './paths.ts';

/** A commit to be, on top of `parent`. Everything in it was checked. */
export interface CommitDraft {
  readonly parent: string | undefined;
  readonly changes: Iterable<readonly [path: string, bytes: Uint8Array | undefined]>;
  readonly pointers: Iterable<readonly [path: string, pointer: TreePointer | undefined]>;
  readonly message: string;
  readonly author: CommitAuthor;
  readonly at: Date;
}

export interface WrittenCommit {
  readonly commit: string;
  readonly tree: string;
}

const none = '0'.repeat(40);

/**
 * Writes the commit and all it holds, and no ref: `git fast-import` works on a branch that it forgets before it ends,
 * so that a kill leaves loose objects at most.
 */
export async function writeCommit(
  directory: string,
  environment: NodeJS.ProcessEnv,
  draft: CommitDraft,
): Promise<WrittenCommit> {
  return importCommit(directory, environment, draft, async (git) => {
    for (const [path, bytes] of draft.changes) {
      if (bytes === undefined) {
        await git.write(`D ${quotedPath(path)}\n`);
        continue;
      }
      const head = git.write(`M 100644 inline ${quotedPath(path)}\ndata ${bytes.length}\n`);
      if (head !== undefined) await head;
      const body = git.writeBytes(bytes);
      if (body !== undefined) await body;
      const end = git.write('\n');
      if (end !== undefined) await end;
    }
    await writePointers(git, draft.pointers);
  });
}

/** Writes a commit of notes: each beside the commit that it is about, in place of the one that was. */
export async function writeNotes(
  directory: string,
  environment: NodeJS.ProcessEnv,
  draft: Omit<CommitDraft, 'changes' | 'pointers'> & {
    readonly notes: ReadonlyMap<string, string>;
  },
): Promise<WrittenCommit> {
  return importCommit(directory, environment, draft, async (git) => {
    for (const [commit, text] of draft.notes) {
      const bytes = Buffer.from(text);
      await git.write(`N inline ${commit}\ndata ${bytes.length}\n`);
      await git.writeBytes(bytes);
      await git.write('\n');
    }
  });
}

async function importCommit(
  directory: string,
  environment: NodeJS.ProcessEnv,
  draft: Omit<CommitDraft, 'changes' | 'pointers'>,
  body: (git: ImportProcess) => Promise<void>,
): Promise<WrittenCommit> {
  const git = startImport(directory, environment);
  const branch = `refs/notes/pltf-making-${randomUUID()}`;
  const seconds = Math.floor(draft.at.getTime() / 1000);
  const identity = `${clean(draft.author.name)} <${clean(draft.author.email)}> ${seconds} +0000`;
  const message = Buffer.from(draft.message);
  try {
    await git.write(`feature done\ncommit ${branch}\nmark :1\n`);
    await git.write(`author ${identity}\ncommitter ${identity}\ndata ${message.length}\n`);
    await git.writeBytes(message);
    await git.write(draft.parent === undefined ? '\n' : `\nfrom ${draft.parent}\n`);
    await body(git);
    const tree = treeOf(await git.ask('ls ""\n')) ?? emptyTree;
    const commit = await git.ask('get-mark :1\n');
    await git.write(`reset ${branch}\nfrom ${none}\n\n`);
    await git.end();
    return { commit: commit.trim(), tree };
  } catch (error) {
    git.kill();
    throw error;
  }
}

export const emptyTree = '4b825dc642cb6eb9a060e54bf8d69288fbee4904';

/** A pointer is a folder's tree under another name: a thousand of them cost one tree. */
async function writePointers(git: ImportProcess, pointers: CommitDraft['pointers']): Promise<void> {
  const trees = new Map<string, string>();
  for (const [path, pointer] of pointers) {
    if (pointer === undefined) {
      await git.write(`D ${quotedPath(path)}\n`);
      continue;
    }
    const tree =
      'tree' in pointer
        ? pointer.tree
        : (trees.get(pointer.of) ?? (await askTree(git, pointer.of)));
    if ('of' in pointer) trees.set(pointer.of, tree);
    await git.write(`M 040000 ${tree} ${quotedPath(path)}\n`);
  }
}

async function askTree(git: ImportProcess, path: string): Promise<string> {
  const tree = treeOf(await git.ask(`ls ${quotedPath(path)}\n`));
  if (tree !== undefined) return tree;
  throw new PltfError('bad-request', {
    detail: `nothing can point to the folder ${path}: it is not there`,
    fix: 'Commit the folder before, or with, what points to it.',
  });
}

const treeOf = (line: string): string | undefined => /^040000 tree ([0-9a-f]+)\t/.exec(line)?.[1];

const clean = (text: string): string =>
  text
    .replace(/[<>\n\r\0]/g, '')
    .slice(0, 100)
    .trim() || 'pltf';

const longestTrailer = 5000;

/**
 * The message with its trailers, in git's own form: programs read them back with `git interpret-trailers`. Of several
 * groups each stands together, in order; within one, what is there twice is said once.
 */
export function messageWith(message: string, ...groups: readonly (readonly Trailer[])[]): string {
  const text = message.replace(/\r/g, '').replaceAll('\0', '').trimEnd();
  const lines = groups.flatMap((trailers) => [...trailerLines(trailers)]);
  return lines.length === 0 ? `${text}\n` : `${text}\n\n${lines.join('\n')}\n`;
}

function trailerLines(trailers: readonly Trailer[]): ReadonlySet<string> {
  const lines = new Set<string>();
  for (const [key, value] of trailers) {
    if (!/^[A-Za-z][A-Za-z0-9-]{0,63}$/.test(key)) {
      throw new PltfError('bad-request', {
        detail: `no trailer can be called ${JSON.stringify(key)}`,
      });
    }
    const one = value
      .replace(/[\u0000-\u001f\u007f]+/g, ' ')
      .trim()
      .slice(0, longestTrailer);
    lines.add(`${key}: ${one}`);
  }
  return lines;
}
