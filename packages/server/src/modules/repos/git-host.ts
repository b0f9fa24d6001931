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

export interface CommitFacts {
  readonly commit: string;
  readonly subject: string;
  readonly author: string;
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
  /** After a push changed refs: lines that the person pushing sees as `remote: …`, as they come. */
  readonly afterPush: () => AsyncIterable<string>;
}

/** Where repositories live. The built-in one is bare repositories served by real git. */
export interface GitHost {
  /** Creates the repository with its first commit. Idempotent: one that stands is left as it is. */
  create(repository: string, first: InitialCommit): Promise<void>;
  exists(repository: string): Promise<boolean>;
  /** Removes it; settles when nothing is left. Idempotent. */
  remove(repository: string): Promise<void>;
  /** Branch names with their commits. */
  branches(repository: string): Promise<ReadonlyMap<string, string>>;
  commitFacts(repository: string, commit: string): Promise<CommitFacts>;
  /** The texts of the files that exist, of those named and those in the folders named (not below them). */
  readFiles(
    repository: string,
    commit: string,
    paths: readonly string[],
    folders: readonly string[],
  ): Promise<ReadonlyMap<string, string>>;
  /** Paths of all files of a commit whose last part is one of the names. */
  findFiles(
    repository: string,
    commit: string,
    names: readonly string[],
  ): Promise<readonly string[]>;
  /** Paths that differ between two commits; undefined when `before` is unknown. */
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
