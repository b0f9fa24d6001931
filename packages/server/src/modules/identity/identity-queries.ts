import {
  PlatformRole,
  type TeamView,
  TokenScope,
  type TokenView,
  type UserView,
} from '@pltf/contracts';
import { sql } from 'kysely';
import { z } from 'zod';
import type { Connection } from '../../persistence/transaction.ts';

type User = z.infer<typeof UserView>;
type Team = z.infer<typeof TeamView>;
type Token = z.infer<typeof TokenView>;

export interface PageRequest {
  readonly cursor?: string | undefined;
  readonly limit: number;
}

export interface Page<T> {
  readonly items: T[];
  readonly next?: string;
}

/** What people, the portal and other modules may ask of identity. */
export interface IdentityQueries {
  user(name: string, on?: Connection): Promise<User | undefined>;
  users(page: PageRequest): Promise<Page<User>>;
  team(name: string, on?: Connection): Promise<Team | undefined>;
  teams(page: PageRequest): Promise<Page<Team>>;
  /** Working tokens, newest first; of one user or of all. */
  tokens(page: PageRequest, user: string | undefined, now: Date): Promise<Page<Token>>;
  /** A machine and not a person; undefined when there is no such user. */
  kindOf(name: string, on?: Connection): Promise<'person' | 'machine' | undefined>;
}

const Memberships = z.array(z.object({ team: z.string(), role: z.enum(['developer', 'viewer']) }));
const Members = z.array(z.object({ user: z.string(), role: z.enum(['developer', 'viewer']) }));

const teamsOfUser = sql<unknown>`(
  select coalesce(json_agg(json_build_object('team', team, 'role', role) order by team), '[]'::json)
  from team_members where team_members."user" = users.name)`;
const membersOfTeam = sql<unknown>`(
  select coalesce(json_agg(json_build_object('user', "user", 'role', role) order by "user"), '[]'::json)
  from team_members where team_members.team = teams.name)`;

export function postgresIdentityQueries(db: Connection): IdentityQueries {
  return {
    user: async (name, on = db) => {
      const row = await selectUsers(on).where('name', '=', name).executeTakeFirst();
      return row === undefined ? undefined : toUser(row);
    },
    users: async ({ cursor = '', limit }) => {
      const rows = await selectUsers(db)
        .where('name', '>', cursor)
        .orderBy('name')
        .limit(limit + 1)
        .execute();
      return pageOf(rows.map(toUser), limit, (user) => user.name);
    },
    team: async (name, on = db) => {
      const row = await selectTeams(on).where('name', '=', name).executeTakeFirst();
      return row === undefined ? undefined : toTeam(row);
    },
    teams: async ({ cursor = '', limit }) => {
      const rows = await selectTeams(db)
        .where('name', '>', cursor)
        .orderBy('name')
        .limit(limit + 1)
        .execute();
      return pageOf(rows.map(toTeam), limit, (team) => team.name);
    },
    tokens: (page, user, now) => tokens(db, page, user, now),
    kindOf: async (name, on = db) => {
      const row = await on
        .selectFrom('users')
        .select('kind')
        .where('name', '=', name)
        .executeTakeFirst();
      return row?.kind;
    },
  };
}

const selectUsers = (on: Connection) =>
  on
    .selectFrom('users')
    .select(['name', 'display_name', 'role', 'created_at', 'disabled_at', teamsOfUser.as('teams')]);

const selectTeams = (on: Connection) =>
  on.selectFrom('teams').select(['name', 'display_name', membersOfTeam.as('members')]);

/** One row more than asked for was read: whether there is a next page costs no second query. */
function pageOf<T>(items: T[], limit: number, cursorOf: (last: T) => string): Page<T> {
  const shown = items.slice(0, limit);
  const last = shown.at(-1);
  return items.length > limit && last !== undefined
    ? { items: shown, next: cursorOf(last) }
    : { items: shown };
}

interface UserRow {
  readonly name: string;
  readonly display_name: string;
  readonly role: string;
  readonly created_at: Date;
  readonly disabled_at: Date | null;
  readonly teams: unknown;
}

const toUser = (row: UserRow): User => ({
  name: row.name,
  displayName: row.display_name,
  role: PlatformRole.parse(row.role),
  teams: Memberships.parse(row.teams),
  createdAt: row.created_at.toISOString(),
  disabled: row.disabled_at !== null,
});

const toTeam = (row: {
  readonly name: string;
  readonly display_name: string;
  readonly members: unknown;
}): Team => ({
  name: row.name,
  displayName: row.display_name,
  members: Members.parse(row.members),
});

async function tokens(
  db: Connection,
  { cursor, limit }: PageRequest,
  user: string | undefined,
  now: Date,
): Promise<Page<Token>> {
  let query = db
    .selectFrom('tokens')
    .select([
      'id',
      'name',
      'kind',
      'user',
      'scopes',
      'hint',
      'created_at',
      'expires_at',
      'last_used_at',
    ])
    .where('revoked_at', 'is', null)
    .where('expires_at', '>', now)
    // Ids sort by age.
    .orderBy('id', 'desc')
    .limit(limit + 1);
  if (user !== undefined) query = query.where('user', '=', user);
  if (cursor !== undefined) query = query.where('id', '<', cursor);
  const rows = await query.execute();
  const items = rows.map(
    (row): Token => ({
      id: row.id,
      name: row.name,
      kind: row.kind,
      user: row.user,
      scopes: z.array(TokenScope).parse(row.scopes),
      hint: row.hint,
      createdAt: row.created_at.toISOString(),
      expiresAt: row.expires_at.toISOString(),
      ...(row.last_used_at === null ? {} : { lastUsedAt: row.last_used_at.toISOString() }),
    }),
  );
  return pageOf(items, limit, (token) => token.id);
}
