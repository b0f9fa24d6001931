import { createHash } from 'node:crypto';
import { PltfError } from '@pltf/contracts';
import type { Clock } from '../../kernel/clock.ts';
import type { Git } from '../git/builtin/git-process.ts';
import type { Waiting } from './batches.ts';
import type { CommitAnswer, CommitAuthor, TreePointer } from './environment-repo.ts';
import {
  batchAuthor,
  batchMessage,
  checkedStream,
  type FilesRequest,
  isStream,
  type NotesRequest,
  type RefRequest,
} from './next-commit.ts';
import type { Reading } from './reading.ts';
import { type Remote, refused } from './remote.ts';
import { writeCommit, writeNotes } from './write-commit.ts';

/** How often another's push may come in between before a batch gives up for now. */
const mostAttempts = 8;

export type Batch = readonly Waiting<RefRequest, CommitAnswer>[];

export interface WriterParts {
  readonly git: Git;
  readonly directory: string;
  readonly reading: Reading;
  readonly remote: Remote | undefined;
  readonly author: CommitAuthor;
  readonly clock: Clock;
}

/** What a batch makes on top of a head: a commit that no ref has yet, or nothing because all is as it should be. */
interface Made {
  readonly commit: string | undefined;
  readonly changed: readonly number[];
}

/** Makes the batch's one commit and moves the ref to it; builds anew upon what others put there meanwhile. */
export async function writeBatch(parts: WriterParts, ref: string, batch: Batch): Promise<void> {
  let before: { readonly head: string | undefined; readonly reason: string } | undefined;
  for (let attempt = 0; attempt < mostAttempts; attempt += 1) {
    const head = await parts.reading.resolve(ref);
    // Nobody has pushed, and it is not taken all the same.
    if (
      attempt > 1 &&
      before?.head === head &&
      before?.reason !== undefined &&
      before.reason !== ''
    )
      throw refused(ref, before.reason);
    const open = batch.filter(({ request, reject }) => {
      const stale = request.kind === 'files' && isStale(request, head);
      if (stale) reject(new PltfError('conflict', { detail: `${ref} has moved on` }));
      return !stale;
    });
    if (open.length === 0) return;
    const parent = head ?? beginningOf(open);
    const made = await make(parts, parent, open);
    const outcome =
      made.commit === undefined
        ? await stays(parts, ref, head)
        : await move(parts, ref, made.commit, head);
    if (outcome === 'moved') {
      answer(open, made, parent);
      return;
    }
    before = { head, reason: outcome.behind };
  }
  throw new PltfError('environment-repository-busy', {
    detail: `others pushed to ${ref} ${mostAttempts} times in between`,
  });
}

/** Of a ref that is not there: the commit that it branches off. */
const beginningOf = (batch: Batch): string | undefined =>
  batch.flatMap(({ request }) => (request.kind === 'files' ? (request.from ?? []) : []))[0];

const isStale = ({ expectedHead }: FilesRequest, head: string | undefined): boolean =>
  expectedHead !== undefined && expectedHead !== (head ?? null);

function answer(batch: Batch, made: Made, head: string | undefined): void {
  batch.forEach(({ resolve }, index) => {
    const changed = made.changed[index] ?? 0;
    resolve({ commit: made.commit ?? head ?? '', unchanged: changed === 0, changed });
  });
}

async function make(parts: WriterParts, parent: string | undefined, batch: Batch): Promise<Made> {
  const notes = batch.flatMap(({ request }) => (request.kind === 'notes' ? [request] : []));
  if (notes.length > 0) return makeNotes(parts, parent, notes);
  const requests = batch.flatMap(({ request }) => (request.kind === 'files' ? [request] : []));
  const [only] = requests;
  const differing =
    only !== undefined && isStream(only)
      ? { changes: checkedStream(only.changes), pointers: only.pointers, changed: [1] }
      : await differences(parts.reading, parent, requests);
  if (differing.changed.every((count) => count === 0) && parent !== undefined) {
    return { commit: undefined, changed: differing.changed };
  }
  // A commit names what it changes, and not what was so already.
  const telling = requests.filter((_, index) => (differing.changed[index] ?? 0) > 0);
  const named = telling.length === 0 ? requests : telling;
  const times = requests.flatMap(({ at }) => at?.getTime() ?? []);
  let streamed = 0;
  const counted = countedBy(differing.changes, () => {
    streamed += 1;
  });
  const written = await writeCommit(parts.directory, parts.git.environment, {
    parent,
    changes: counted,
    pointers: differing.pointers,
    message: batchMessage(named),
    author: batchAuthor(named, parts.author),
    at: times.length === 0 ? parts.clock.now() : new Date(Math.max(...times)),
  });
  const same = parent !== undefined && written.tree === (await treeAt(parts.reading, parent));
  const changed = only !== undefined && isStream(only) ? [streamed] : differing.changed;
  return same
    ? { commit: undefined, changed: changed.map(() => 0) }
    : { commit: written.commit, changed };
}

function* countedBy<Item>(items: Iterable<Item>, count: () => void): Iterable<Item> {
  for (const item of items) {
    count();
    yield item;
  }
}

const treeAt = (reading: Reading, commit: string): Promise<string | undefined> =>
  reading.resolve(`${commit}^{tree}`);

async function makeNotes(
  parts: WriterParts,
  parent: string | undefined,
  requests: readonly NotesRequest[],
): Promise<Made> {
  const notes = new Map(requests.map(({ commit, text }) => [commit, text]));
  const written = await writeNotes(parts.directory, parts.git.environment, {
    parent,
    notes,
    message: 'Notes\n',
    author: parts.author,
    at: parts.clock.now(),
  });
  const same = parent !== undefined && written.tree === (await treeAt(parts.reading, parent));
  return { commit: same ? undefined : written.commit, changed: requests.map(() => (same ? 0 : 1)) };
}

/** Only what is not there already is written: nothing at all, most of the time. */
async function differences(
  reading: Reading,
  parent: string | undefined,
  requests: readonly FilesRequest[],
) {
  const wanted = new Map<string, Uint8Array | undefined>();
  const pointers = new Map<string, TreePointer | undefined>();
  for (const request of requests) {
    for (const [path, bytes] of request.changes) {
      wanted.delete(path);
      wanted.set(path, bytes);
    }
    for (const [path, pointer] of request.pointers) pointers.set(path, pointer);
  }
  const paths = [...wanted.keys(), ...pointers.keys()];
  const known = parent === undefined ? [] : await reading.objects(parent, paths);
  const there = new Map(paths.map((path, index) => [path, known[index]]));
  const isDifferent = (path: string, object: string | undefined): boolean =>
    there.get(path) !== object;
  const changes = new Map(
    [...wanted].filter(([path, bytes]) => isDifferent(path, bytes && blobId(bytes))),
  );
  // What a pointer names by a path is known when its tree is: git compares the whole in the end.
  const moved = new Map(
    [...pointers].filter(
      ([path, pointer]) =>
        (pointer !== undefined && 'of' in pointer) || isDifferent(path, pointer?.tree),
    ),
  );
  const changed = requests.map(
    (request) =>
      [...request.changes].filter(([path]) => changes.has(path)).length +
      [...request.pointers.keys()].filter((path) => moved.has(path)).length,
  );
  return { changes, pointers: moved, changed };
}

const blobId = (bytes: Uint8Array): string =>
  createHash('sha1').update(`blob ${bytes.length}\0`).update(bytes).digest('hex');

/** The ref is where it has to be, or somebody has moved it meanwhile, and why that is thought so. */
type Moved = 'moved' | { readonly behind: string };

/** Nothing was made, because our copy holds it all. The host does too, unless somebody moved or deleted its branch. */
async function stays(
  { remote }: WriterParts,
  ref: string,
  head: string | undefined,
): Promise<Moved> {
  if (remote === undefined || head === undefined) return 'moved';
  const there = await remote.head(ref);
  if (there === head) return 'moved';
  // What vanished there is put back as it was, with all that others have in it.
  if (there === undefined) return pushed(remote, ref, head);
  await remote.fetch(ref);
  return { behind: '' };
}

async function pushed(remote: Remote, ref: string, commit: string): Promise<Moved> {
  const outcome = (await remote.push([{ ref, commit }])).get(ref);
  if (outcome?.kind === 'refused') throw refused(ref, outcome.reason);
  if (outcome?.kind === 'pushed') return 'moved';
  if ((await remote.head(ref)) !== undefined) await remote.fetch(ref);
  return { behind: outcome?.reason ?? '' };
}

async function move(
  parts: WriterParts,
  ref: string,
  commit: string,
  head: string | undefined,
): Promise<Moved> {
  const there = parts.remote === undefined ? 'moved' : await pushed(parts.remote, ref, commit);
  if (there !== 'moved') return there;
  const args = ['--git-dir', parts.directory, 'update-ref', '-m', 'pltf', ref, commit];
  const { code } = await parts.git({ args: [...args, head ?? '0'.repeat(40)], accept: [1, 128] });
  return code === 0 ? 'moved' : { behind: '' };
}
