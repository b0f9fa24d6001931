import { TokenScope } from '@pltf/contracts';
import { sql } from 'kysely';
import { z } from 'zod';
import type { Actor } from '../../kernel/actor.ts';
import type { Clock } from '../../kernel/clock.ts';
import type { Db } from '../../persistence/transaction.ts';
import { hashOf, isTokenText } from './token-text.ts';

/** What a caller brings to prove who it is. */
export interface Credentials {
  readonly kind: 'session' | 'token';
  readonly secret: string;
}

/** Who these credentials stand for right now; undefined when they are wrong, over, revoked or of a disabled user. */
export type ResolveActor = (credentials: Credentials) => Promise<Actor | undefined>;

export interface SessionLimits {
  /** A session that is not used this long is over, in milliseconds. */
  readonly idleMs: number;
  /** A session is over this long after signing in, used or not, in milliseconds. */
  readonly absoluteMs: number;
}

export interface ResolutionDependencies {
  readonly db: Db;
  readonly clock: Clock;
  readonly sessions: SessionLimits;
}

const tokenSeenEveryMs = 15 * 60_000;
const sessionSeenEveryMs = 5 * 60_000;
const longestSecret = 200;

const Teams = z.array(z.object({ team: z.string(), role: z.enum(['developer', 'viewer']) }));
const everyScope: ReadonlySet<TokenScope> = new Set(TokenScope.options);

/**
 * Reads who asks with one query per request. Nothing is cached: a changed role, a removed member or a disabled user
 * counts from the next request on.
 */
export function createResolveActor(dependencies: ResolutionDependencies): ResolveActor {
  return async ({ kind, secret }) => {
    if (secret.length === 0 || secret.length > longestSecret) return undefined;
    if (kind === 'session') return bySession(dependencies, secret);
    return isTokenText(secret) ? byToken(dependencies, secret) : undefined;
  };
}

const teamsOf = sql<unknown>`(
  select coalesce(json_agg(json_build_object('team', team, 'role', role)), '[]'::json)
  from team_members where team_members."user" = users.name)`;

async function bySession(
  { db, clock, sessions }: ResolutionDependencies,
  secret: string,
): Promise<Actor | undefined> {
  const now = clock.now();
  const hash = hashOf(secret);
  const row = await db
    .selectFrom('sessions')
    .innerJoin('users', 'users.name', 'sessions.user')
    .select(['users.name', 'users.role', 'sessions.seen_at', teamsOf.as('teams')])
    .where('sessions.hash', '=', hash)
    .where('sessions.expires_at', '>', now)
    .where('sessions.seen_at', '>', new Date(now.getTime() - sessions.idleMs))
    .where('users.disabled_at', 'is', null)
    .executeTakeFirst();
  if (row === undefined) return undefined;
  const seenEveryMs = Math.min(sessionSeenEveryMs, sessions.idleMs / 10);
  if (now.getTime() - row.seen_at.getTime() > seenEveryMs) {
    await db.updateTable('sessions').set({ seen_at: now }).where('hash', '=', hash).execute();
  }
  return toActor(row, 'session', everyScope, hash.toString('hex'));
}

async function byToken(
  { db, clock }: ResolutionDependencies,
  secret: string,
): Promise<Actor | undefined> {
  const now = clock.now();
  const row = await db
    .selectFrom('tokens')
    .innerJoin('users', 'users.name', 'tokens.user')
    .select([
      'users.name',
      'users.role',
      'tokens.id',
      'tokens.scopes',
      'tokens.last_used_at',
      teamsOf.as('teams'),
    ])
    .where('tokens.hash', '=', hashOf(secret))
    .where('tokens.expires_at', '>', now)
    .where('tokens.revoked_at', 'is', null)
    .where('users.disabled_at', 'is', null)
    .executeTakeFirst();
  if (row === undefined) return undefined;
  if (row.last_used_at === null || now.getTime() - row.last_used_at.getTime() > tokenSeenEveryMs) {
    await db.updateTable('tokens').set({ last_used_at: now }).where('id', '=', row.id).execute();
  }
  return toActor(row, 'token', new Set(z.array(TokenScope).parse(row.scopes)), row.id);
}

function toActor(
  row: { readonly name: string; readonly role: Actor['role']; readonly teams: unknown },
  via: 'session' | 'token',
  scopes: ReadonlySet<TokenScope>,
  credential: string,
): Actor {
  const teams = new Map(Teams.parse(row.teams).map(({ team, role }) => [team, role]));
  return { name: row.name, role: row.role, teams, via, scopes, credential };
}
