import type { GitExchange } from '../repos/index.ts';

/** The branch that says what the platform is. */
export const platformBranch = 'main';

/** A commit to be made on top of another: the platform's files as they shall be; all else stays. */
export interface NextCommit {
  readonly parent: string;
  readonly files: Readonly<Record<string, string>>;
  readonly author: string;
  readonly message: string;
  readonly at: Date;
}

/** What a push wants of one ref. */
export interface PushedRef {
  readonly ref: string;
  readonly before: string | undefined;
  readonly after: string | undefined;
}

/** A push that was unpacked beside the repository, and of which nothing is taken yet. */
export interface ExaminedPush extends AsyncDisposable {
  readonly refs: readonly PushedRef[];
  /** The platform's files at a commit of the push. */
  files(commit: string): Promise<Readonly<Record<string, string>>>;
  isAncestor(older: string, newer: string): Promise<boolean>;
  /** What refuses all of it in git's own protocol: lines for the person, and one reason for each ref. */
  refusal(lines: readonly string[], reason: string): Uint8Array;
}

/** The platform's own repository, served by the platform's Git. */
export interface PlatformGit {
  /** Makes it with its first commit; one that stands is left as it is. */
  ensure(first: Omit<NextCommit, 'parent'>): Promise<void>;
  exists(): Promise<boolean>;
  /** What the branch holds; undefined without a repository. */
  head(): Promise<string | undefined>;
  /** The platform's files at a commit, by path; links and what is too large are left out. */
  files(commit: string): Promise<Readonly<Record<string, string>>>;
  /** Makes a commit that no branch holds yet, and that stays. */
  commit(next: NextCommit): Promise<string>;
  /** Moves the branch from where it is expected; false when it is elsewhere. */
  move(to: string, expected: string): Promise<boolean>;
  isAncestor(older: string, newer: string): Promise<boolean>;
  /** The first commit of a line: what stood there before anybody changed the platform. */
  root(commit: string): Promise<string>;
  /** Reads a push without taking it; throws `bad-request` for what is none. */
  examine(body: Uint8Array): Promise<ExaminedPush>;
  /** Serves one smart-HTTP request, with `body` in the place of what was read already. */
  serve(exchange: Omit<GitExchange, 'repository'>): Promise<void>;
}
