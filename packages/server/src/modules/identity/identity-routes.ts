import { type AnswerOf, type Api, type Me, PltfError, TokenScope } from '@pltf/contracts';
import type { Actor } from '../../kernel/actor.ts';
import type { Clock } from '../../kernel/clock.ts';
import type { HandlersOf, RequestContext } from '../../kernel/request.ts';
import { type Db, type Tx, transact } from '../../persistence/transaction.ts';
import { listAudit } from './audit-log.ts';
import { type CredentialsService, isUnrestricted, type MadeToken } from './credentials-service.ts';
import type { IdentityQueries } from './identity-queries.ts';
import { peopleRoutes } from './people-routes.ts';
import type { PeopleService } from './people-service.ts';

export interface IdentityRoutesDependencies {
  readonly db: Db;
  readonly clock: Clock;
  readonly queries: IdentityQueries;
  readonly people: PeopleService;
  readonly credentials: CredentialsService;
  /** What the portal shows of the platform itself. */
  readonly platform: () => Me['platform'];
}

type Names =
  | 'signIn'
  | 'signOut'
  | 'whoAmI'
  | 'createSignInLink'
  | 'listTokens'
  | 'createToken'
  | 'revokeToken'
  | 'listUsers'
  | 'createUser'
  | 'changeUser'
  | 'listTeams'
  | 'createTeam'
  | 'setMember'
  | 'removeMember'
  | 'listAudit';

/** HTTP to domain for people, teams, credentials and the audit trail. */
export function identityRoutes(dependencies: IdentityRoutesDependencies): HandlersOf<Names> {
  return {
    ...sessionRoutes(dependencies),
    ...tokenRoutes(dependencies),
    ...peopleRoutes(dependencies),
    listAudit: async ({ query }, context) => {
      context.authorize({});
      return listAudit(dependencies.db, query, query);
    },
  };
}

function sessionRoutes(
  dependencies: IdentityRoutesDependencies,
): HandlersOf<'signIn' | 'signOut' | 'whoAmI' | 'createSignInLink'> {
  const { db, queries, credentials } = dependencies;
  return {
    signIn: async ({ body }, context) => {
      const { user, session } = await transact(db, async (tx) => {
        await endCurrent(tx, credentials, context);
        return credentials.signIn(tx, body.token);
      });
      context.setSession(session);
      return me(dependencies, user, { via: 'session', scopes: TokenScope.options });
    },
    signOut: async (_, context) => {
      await transact(db, (tx) => endCurrent(tx, credentials, context));
      context.setSession(undefined);
      return {};
    },
    whoAmI: async (_, { actor }) => {
      const scopes = TokenScope.options.filter((scope) => actor.scopes.has(scope));
      return me(dependencies, actor.name, {
        via: actor.via === 'token' ? 'token' : 'session',
        scopes,
      });
    },
    createSignInLink: async ({ body }, context) => {
      const user = body.user ?? context.actor.name;
      if (user !== context.actor.name) context.authorize({ what: user }, 'people:write');
      // A session can do all that its person can, so a token that cannot must not make one.
      if (!isUnrestricted(context.actor)) throw narrowToken('make a sign-in link');
      if ((await queries.kindOf(user)) === 'machine') {
        throw new PltfError('conflict', {
          detail: `${user} is a machine`,
          fix: 'Machines use tokens: `pltf token create`.',
        });
      }
      const link = await transact(db, (tx) => credentials.createSignInLink(tx, user));
      return { url: link.url, expiresAt: link.expiresAt.toISOString() };
    },
  };
}

async function endCurrent(
  tx: Tx,
  credentials: CredentialsService,
  { actor }: RequestContext,
): Promise<void> {
  if (actor.via === 'session' && actor.credential !== undefined)
    await credentials.endSession(tx, actor.credential);
}

async function me(
  { queries, platform }: IdentityRoutesDependencies,
  name: string,
  by: Pick<Me, 'via' | 'scopes'>,
): Promise<Me> {
  const user = await queries.user(name);
  if (user === undefined)
    throw new PltfError('unauthenticated', { detail: `${name} is not a user any more` });
  const own = user.teams.filter(({ role }) => role === 'developer').map(({ team }) => team);
  const developerOf =
    user.role === 'platform' ? await everyTeam(queries) : user.role === 'auditor' ? [] : own;
  return { user, via: by.via, scopes: [...by.scopes], developerOf, platform: platform() };
}

async function everyTeam(queries: IdentityQueries): Promise<string[]> {
  const names: string[] = [];
  let cursor: string | undefined;
  do {
    const page = await queries.teams({ cursor, limit: 500 });
    names.push(...page.items.map(({ name }) => name));
    cursor = page.next;
  } while (cursor !== undefined);
  return names;
}

function tokenRoutes(
  dependencies: IdentityRoutesDependencies,
): HandlersOf<'listTokens' | 'createToken' | 'revokeToken'> {
  const { db, clock, queries, credentials } = dependencies;
  return {
    listTokens: ({ query }, { actor }) =>
      queries.tokens(query, actor.role === 'member' ? actor.name : undefined, clock.now()),
    createToken: async ({ body }, context) => {
      const { actor } = context;
      if (body.machine !== undefined) context.authorize({ what: body.machine }, 'platform:write');
      const beyond = body.scopes.filter((scope) => !actor.scopes.has(scope));
      if (beyond.length > 0) throw narrowToken(`make one with the scope ${beyond.join(' and ')}`);
      const token = await transact(db, (tx) => createToken(dependencies, tx, actor, body));
      return tokenAnswer(token);
    },
    revokeToken: async ({ params }, { actor }) => {
      const mayRevoke = (owner: string): boolean =>
        owner === actor.name || actor.role === 'platform';
      await transact(db, (tx) => credentials.revokeToken(tx, params.id, actor.name, mayRevoke));
      return {};
    },
  };
}

async function createToken(
  { people, credentials, queries }: IdentityRoutesDependencies,
  tx: Tx,
  actor: Actor,
  body: {
    readonly name: string;
    readonly scopes: readonly TokenScope[];
    readonly days: number;
    readonly machine?: string | undefined;
  },
): Promise<MadeToken> {
  const user = body.machine ?? actor.name;
  const kind = await queries.kindOf(user, tx.sql);
  if (body.machine !== undefined && kind === 'person') {
    throw new PltfError('name-taken', {
      detail: `${user} is a person`,
      fix: 'Choose another name for the machine.',
    });
  }
  if (kind === undefined) {
    await people.createUser(
      tx,
      { name: user, displayName: user, role: 'member', kind: 'machine' },
      actor.name,
    );
  }
  const tokenKind = kind === 'person' ? 'personal' : 'machine';
  return credentials.createToken(tx, { ...body, user, kind: tokenKind, actor: actor.name });
}

function tokenAnswer(token: MadeToken): AnswerOf<Api['createToken']> {
  const { id, name, kind, user, hint, text } = token;
  return {
    id,
    name,
    kind,
    user,
    hint,
    scopes: [...token.scopes],
    createdAt: token.createdAt.toISOString(),
    expiresAt: token.expiresAt.toISOString(),
    token: text,
  };
}

const narrowToken = (what: string): PltfError =>
  new PltfError('forbidden', {
    detail: `the token used here is too narrow to ${what}`,
    fix: 'Sign in to the portal, or use a token with all scopes.',
  });
