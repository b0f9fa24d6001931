import type { ColumnType, JSONColumnType } from 'kysely';

export interface PlatformVersionTable {
  number: number;
  digest: string;
  /** Texts by path. */
  files: JSONColumnType<Record<string, string>, string, never>;
  author: string;
  via: 'apply' | 'push' | 'revert';
  why: string | null;
  /** The older version that this one equals. */
  reverts: number | null;
  /** The plan that was accepted. */
  plan: JSONColumnType<object, string, never>;
  /** In the platform's own repository. */
  commit: string;
  /** What the branch held when the version was made. */
  parent: string | null;
  created_at: ColumnType<Date, Date | undefined, never>;
}

/** At most one row: a push that git took and that could not be put in force. */
export interface PlatformRefusalTable {
  one: ColumnType<boolean, boolean | undefined, never>;
  commit: string;
  by: string;
  reason: string;
  at: Date;
}
