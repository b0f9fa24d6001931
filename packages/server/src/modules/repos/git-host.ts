import type { IncomingMessage, ServerResponse } from 'node:http';

export interface FileEntry {
  readonly bytes: Uint8Array;
  /** True for a file that may be executed. */
  readonly executable: boolean;
}

export interface InitialCommit {
  readonly files: ReadonlyMap<string, FileEntry>;
  readonly branch: string;
  readonly author: { readonly name: string; readonly email: string };
  readonly message: string;
  readonly at: Date;
}

export interface FurtherCommit {
  readonly branch: string;
  /** The head that it is made on. */
  readonly parent: string;
  /** Texts by path; undefined takes the file out. */
  readonly files: Readonly<Record<string, string | undefined>>;
  readonly author: InitialCommit['author'];
  readonly message: string;
  readonly at: Date;
}

export interface CommitFacts {
  readonly commit: string;
  readonly subject: string;
  readonly author: string;
}

export interface CommitFiles {
  /** Names at the root: of files, and of folders with a `/` at the end. */
  readonly names: readonly string[];
  readonly texts: ReadonlyMap<string, string>;
}

/** What a service of a git request needs besides the request itself. */
export interface GitExchange {
  readonly repository: string;
  /** The part of the URL after the repository: `/info/refs`, `/git-upload-pack`, `/git-receive-pack`. */
  readonly path: string;
  readonly query: string;
  readonly user: string;
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  /** What was read of the request already, unpacked: all of it. */
  readonly body?: Uint8Array | undefined;
  /** After a push changed refs: lines that the person pushing sees as `remote: …`, as they come. */
  readonly afterPush: () => AsyncIterable<string>;
}

/** Where repositories live. The built-in one is bare repositories served by real git. */
export interface GitHost {
  /** Creates the repository with its first commit. Idempotent: one that stands is left as it is. */
  create(repository: string, first: InitialCommit): Promise<void>;
  /**
   * Puts one more commit on a branch and gives its id. Throws the retryable `conflict` when the branch is elsewhere
   * than at `parent` by then; the same commit made twice is one.
   */
  commit(repository: string, next: FurtherCommit): Promise<string>;
  exists(repository: string): Promise<boolean>;
  /** Removes it; settles when nothing is left. Idempotent. */
  remove(repository: string): Promise<void>;
  /** Branch names with their commits. Throws when there is no such repository: gone is not the same as empty. */
  branches(repository: string): Promise<ReadonlyMap<string, string>>;
  commitFacts(repository: string, commit: string): Promise<CommitFacts>;
  /**
   * What lies at the root, and the texts of the files that exist, of those named and those in the folders named (not
   * below them). Links and files above 1 MiB are left out.
   */
  readFiles(
    repository: string,
    commit: string,
    paths: readonly string[],
    folders: readonly string[],
  ): Promise<CommitFiles>;
  /** Paths of the files of a commit, wherever they lie, whose last part is one of the names; at most 200. */
  findFiles(
    repository: string,
    commit: string,
    names: readonly string[],
  ): Promise<readonly string[]>;
  /** Paths that differ between two commits; undefined when `before` is unknown, or they are too many to name. */
  changedPaths(
    repository: string,
    before: string | undefined,
    after: string,
  ): Promise<readonly string[] | undefined>;
  /** Where engines on this machine read it. */
  directory(repository: string): string;
  /** Serves one smart-HTTP request. */
  serve(exchange: GitExchange): Promise<void>;
}
