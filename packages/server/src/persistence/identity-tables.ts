import type { ColumnType, Generated, JSONColumnType } from 'kysely';

type Created = ColumnType<Date, Date | undefined, never>;

export interface UserTable {
  name: string;
  display_name: string;
  role: 'platform' | 'auditor' | 'member';
  /** A machine signs in by token only. */
  kind: Generated<'person' | 'machine'>;
  created_at: Created;
  disabled_at: Date | null;
}
export interface TeamTable {
  name: string;
  display_name: string;
  created_at: Created;
}
export interface TeamMemberTable {
  team: string;
  user: string;
  role: 'developer' | 'viewer';
}
export interface TokenTable {
  id: string;
  name: string;
  kind: 'personal' | 'machine';
  user: string;
  /** SHA-256 of the token's text; the text itself is nowhere. */
  hash: Buffer;
  hint: string;
  scopes: string[];
  created_at: Created;
  expires_at: Date;
  last_used_at: Date | null;
  revoked_at: Date | null;
}
export interface SessionTable {
  hash: Buffer;
  user: string;
  created_at: Created;
  seen_at: Date;
  expires_at: Date;
}
export interface SignInLinkTable {
  hash: Buffer;
  user: string;
  created_at: Created;
  expires_at: Date;
  used_at: Date | null;
}
export interface AuditTable {
  seq: Generated<number>;
  at: Created;
  actor: string;
  via: 'session' | 'token' | 'platform' | 'anonymous';
  action: string;
  target: string;
  outcome: 'done' | 'denied' | 'failed';
  address: string;
  request_id: string;
  why: string | null;
}
/** A change that somebody asked for and whose outcome is not in the audit trail yet. */
export interface RequestTable {
  id: string;
  /** The server at work on it; its advisory lock says whether it lives. */
  server: number;
  actor: string;
  via: AuditTable['via'];
  action: string;
  target: string;
  address: string;
  why: string | null;
  /** The Idempotency-Key, if one was sent. */
  key: string | null;
  request_hash: Buffer;
  /** Set in the same transaction as the request's first change. */
  changed: Generated<boolean>;
  started_at: Created;
}
export interface IdempotencyTable {
  key: string;
  actor: string;
  request_hash: Buffer;
  status: number;
  answer: JSONColumnType<Record<string, unknown>, string, string>;
  created_at: Created;
}
