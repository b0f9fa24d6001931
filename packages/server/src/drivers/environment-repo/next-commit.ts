import { PltfError } from '@pltf/contracts';
import type { CommitAuthor, CommitRequest, Trailer, TreePointer } from './environment-repo.ts';
import { checkedId, checkedPath } from './paths.ts';
import { messageWith } from './write-commit.ts';

/** What one request asks of a ref: files and pointers, or notes. Everything in it was checked. */
export type RefRequest = FilesRequest | NotesRequest;

export interface FilesRequest extends Omit<CommitRequest, 'pointers' | 'trailers'> {
  readonly kind: 'files';
  readonly pointers: ReadonlyMap<string, TreePointer | undefined>;
  readonly trailers: readonly Trailer[];
}

export interface NotesRequest {
  readonly kind: 'notes';
  readonly commit: string;
  readonly text: string;
}

const longestMessage = 64 * 1024;
const mostTrailers = 10_000;
const mostShown = 100;

/** The request with each of its paths and ids looked at; a stream's paths are looked at as they come. */
export function checkedRequest(request: CommitRequest): FilesRequest {
  if (request.message.length > longestMessage || request.message.trim() === '') {
    throw new PltfError('bad-request', { detail: 'a commit needs a message of at most 64 KiB' });
  }
  const trailers = request.trailers ?? [];
  if (trailers.length > mostTrailers) {
    throw new PltfError('bad-request', { detail: `a commit has at most ${mostTrailers} trailers` });
  }
  messageWith('', trailers);
  if (request.from !== undefined) checkedId(request.from);
  if (request.changes instanceof Map) for (const path of request.changes.keys()) checkedPath(path);
  const pointers = request.pointers ?? new Map();
  for (const [path, pointer] of pointers) {
    checkedPath(path);
    if (pointer !== undefined && 'of' in pointer) checkedPath(pointer.of);
    if (pointer !== undefined && 'tree' in pointer) checkedId(pointer.tree);
  }
  return { ...request, kind: 'files', pointers, trailers };
}

export const isStream = (request: FilesRequest): boolean => !(request.changes instanceof Map);

/** The paths of a stream, looked at one by one. */
export function* checkedStream(
  changes: CommitRequest['changes'],
): Iterable<readonly [string, Uint8Array | undefined]> {
  for (const [path, bytes] of changes) yield [checkedPath(path), bytes];
}

/**
 * One message for all that are in a batch: that of the only one, or what each says below its subject, with the trailers
 * of each after those of the one before.
 */
export function batchMessage(batch: readonly FilesRequest[]): string {
  const [first] = batch;
  if (first !== undefined && batch.length === 1) return messageWith(first.message, first.trailers);
  const shown = batch.slice(0, mostShown).map(({ message }) => item(message));
  const more = batch.length - shown.length;
  if (more > 0) shown.push(`- and ${more} more`);
  return messageWith(`${batch.length} changes\n\n${shown.join('\n')}`, ...trailersOf(batch));
}

/** A message as an item of a list: its subject, and below it what else it says. */
function item(message: string): string {
  const [subject = '', ...rest] = message.split('\n').filter((line) => line.trim() !== '');
  return [`- ${subject}`, ...rest.map((line) => `  ${line}`)].join('\n');
}

/** By these a reader takes one commit for the source of all that is in ours: Argo CD reads the last of each key. */
const ofAll = /^Argocd-reference-commit-/i;

/** Of each its own, in order; what tells the source of the whole only where all have the same. */
function trailersOf(batch: readonly FilesRequest[]): readonly (readonly Trailer[])[] {
  const sources = batch.map(({ trailers }) => trailers.filter(([key]) => ofAll.test(key)));
  const [first = []] = sources;
  const same = sources.every((one) => JSON.stringify(one) === JSON.stringify(first));
  const own = batch.map(({ trailers }) => trailers.filter(([key]) => !ofAll.test(key)));
  return same ? [...own, first] : own;
}

/** The author that all of them have, or the repository's own. */
export function batchAuthor(batch: readonly FilesRequest[], own: CommitAuthor): CommitAuthor {
  const authors = batch.map(({ author }) => author ?? own);
  const [first] = authors;
  const same = authors.every(({ name, email }) => name === first?.name && email === first.email);
  return (same ? first : own) ?? own;
}
