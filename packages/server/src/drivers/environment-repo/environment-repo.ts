import type { Clock } from '../../kernel/clock.ts';
import type { ExclusiveLock } from '../../kernel/exclusive-lock.ts';

/**
 * What paths of the next commit hold: a file's bytes, or undefined for nothing any more (a folder goes as a whole). A Map,
 * or anything that can be gone through more than once: what is no Map is streamed, one file at a time, is not
 * compared with what is there beforehand, and is a commit of its own.
 */
export type Changes = Iterable<readonly [path: string, bytes: Uint8Array | undefined]>;

/**
 * A folder of a commit that is a whole tree of another place, by reference: a cluster's folder is its ring's, without
 * a copy of a single file. `of` is a path of the same new commit, `tree` a tree as `EnvironmentRepo.tree` named it.
 */
export type TreePointer = { readonly of: string } | { readonly tree: string };

export interface CommitAuthor {
  readonly name: string;
  readonly email: string;
}

/** A line at the end of a message for programs: `['Pltf-Placement', 'users-api.prod@12']`. */
export type Trailer = readonly [key: string, value: string];

export interface CommitRequest {
  /** `refs/heads/main`; it is made when it is not there. */
  readonly ref: string;
  readonly changes: Changes;
  /** By the path that becomes a pointer, like `clusters/eu-1`; undefined takes it out. */
  readonly pointers?: ReadonlyMap<string, TreePointer | undefined> | undefined;
  /** Subject and, after an empty line, more. */
  readonly message: string;
  readonly trailers?: readonly Trailer[] | undefined;
  readonly author?: CommitAuthor | undefined;
  /**
   * The commit must come right after this one (null: it is the first of its ref), else `conflict`. Such a request is
   * carried out alone and at once; without it, several that come within the batch window become one commit, on top of
   * whatever the ref is by then. Of two in a batch that change the same path, the later one counts.
   */
  readonly expectedHead?: string | null | undefined;
  /** Where the ref begins when it is not there yet: a commit of this repository. Absent: at nothing. */
  readonly from?: string | undefined;
  /** Time of the commit: with an author and this, the same request makes the same commit on every machine. */
  readonly at?: Date | undefined;
}

export interface CommitAnswer {
  /** The ref's commit that holds what was asked for: the new one, or the one that held it already. */
  readonly commit: string;
  /** Nothing was written, because the tree is what it was. */
  readonly unchanged: boolean;
  /** Paths that this request really changed; of a stream, all that it held. */
  readonly changed: number;
}

export interface TreeEntry {
  readonly path: string;
  readonly kind: 'file' | 'folder';
  /** The blob or the tree: equal ids are equal contents. */
  readonly object: string;
}

/** A commit that changed a file, and who made the change when. */
export interface FileVersion {
  readonly commit: string;
  readonly author: CommitAuthor;
  readonly at: Date;
}

export interface PathChange {
  readonly path: string;
  /** Blobs; undefined where there was, or is, no file. */
  readonly before: string | undefined;
  readonly after: string | undefined;
}

/**
 * A repository of rendered manifests, written by one writer at a time, without a work tree. Never forces: what others
 * committed stays, and ours comes on top of it. A kill at any moment leaves the old head or the new one.
 *
 * Errors: `environment-repository-busy` (another writer; retryable), `environment-repository-unreachable` (retryable),
 * `environment-repository-refused` (credentials, a protected branch), `conflict`, `bad-request` (a path or a ref that
 * cannot be), `disk-full`, `git-failed`.
 */
export interface EnvironmentRepo extends AsyncDisposable {
  /** The commit of a ref, as the remote has it when there is one; undefined when there is no such ref. */
  head(ref: string): Promise<string | undefined>;
  /** A file of a commit; undefined when there is none. At most 16 MiB. */
  read(commit: string, path: string): Promise<Uint8Array | undefined>;
  /** Many at once, in one process; paths without a file are left out. */
  readMany(commit: string, paths: readonly string[]): Promise<ReadonlyMap<string, Uint8Array>>;
  /** All files below a folder ('' is everything), or only its own entries. */
  list(
    commit: string,
    folder: string,
    options?: { readonly deep?: boolean | undefined },
  ): Promise<readonly TreeEntry[]>;
  /** The tree of a folder, for a pointer or to see whether it is the same; undefined when there is none. */
  tree(commit: string, folder: string): Promise<string | undefined>;
  /** Files that differ between two commits below a folder; `before` undefined is the empty tree. */
  difference(
    before: string | undefined,
    after: string,
    folder?: string,
  ): Promise<readonly PathChange[]>;
  /** Commits that changed a file, the newest first: up to `commit`, and none that is in `after` already. */
  history(
    commit: string,
    path: string,
    options: { readonly after?: string; readonly most: number },
  ): Promise<readonly FileVersion[]>;
  commit(request: CommitRequest): Promise<CommitAnswer>;
  /** Writes a note beside a commit, in place of the one that was: `refs/notes/hydrator.metadata`. */
  note(commit: string, ref: string, text: string): Promise<void>;
  readNote(commit: string, ref: string): Promise<string | undefined>;
  /** Brings what others pushed; nothing for a local one. `head` of it is true from then on. */
  fetch(): Promise<void>;
}

export interface EnvironmentRepoOptions {
  /** The same turn for all servers that write to this repository; without it, for the processes of this machine. */
  readonly turns?: ExclusiveLock | undefined;
  readonly clock?: Clock | undefined;
  /**
   * A bare repository of this machine by absolute path (made when it is not there), or an `https:`, `http:` or `file:`
   * address of a hosted one.
   */
  readonly location: string;
  /** Folder for the copies of hosted ones. */
  readonly root: string;
  /** A PATH to find git in. */
  readonly path: string;
  /** Milliseconds that a commit waits for others to join it: 50 for a local repository, 10,000 for a hosted one. */
  readonly batchMs?: number | undefined;
  /** Milliseconds that the host of a hosted one may take for one answer: 120,000. */
  readonly networkMs?: number | undefined;
  /** The value of an Authorization header for the hosted one; reaches git by its environment only. */
  readonly authorization?: string | undefined;
  readonly author?: CommitAuthor | undefined;
}
