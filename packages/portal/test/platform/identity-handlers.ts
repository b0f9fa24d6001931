import { type Api, PltfError, type ResultOf } from '@pltf/contracts';
import { actorOf, type TestHandlers } from './handler-types.ts';
import { must, paged, soon } from './lookup.ts';
import { newId, tell, type World } from './world.ts';

const userOf = (world: World, name: string) => must(world.users.get(name), name);
const teamOf = (world: World, name: string) => must(world.teams.get(name), name);
const meOf = (world: World, name: string): ResultOf<Api['whoAmI']> => ({
  user: userOf(world, name),
  via: 'session',
  scopes: ['read', 'write', 'git'],
  developerOf: userOf(world, name)
    .teams.filter(({ role }) => role === 'developer')
    .map((one) => one.team),
  platform: {
    organisation: 'Nordlicht Retail',
    domain: 'localhost',
    portalUrl: '',
    routerPort: 7080,
    version: '0.1.0',
  },
});

export function identityHandlers(
  world: World,
): Pick<
  TestHandlers,
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
  | 'listAudit'
> {
  return {
    signIn: ({ body }, { setCookie }) => {
      const name = world.links.get(body.token);
      if (name === undefined)
        throw new PltfError('link-expired', {
          detail: 'this link was used already, or is older than 15 minutes',
        });
      world.links.delete(body.token);
      const session = newId('ses');
      world.sessions.set(session, name);
      setCookie(session);
      return meOf(world, name);
    },
    signOut: (_, { setCookie }) => {
      setCookie(undefined);
      return {};
    },
    whoAmI: (_, asking) => meOf(world, actorOf(asking)),
    createSignInLink: ({ body }, asking) => {
      const token = newId('link');
      world.links.set(token, body.user ?? actorOf(asking));
      return { url: `http://127.0.0.1:7070/sign-in#${token}`, expiresAt: soon(900_000) };
    },
    listTokens: ({ query }) => paged(world.tokens, query),
    createToken: ({ body }, asking) => {
      const made = {
        id: newId('tok'),
        name: body.name,
        kind: body.machine === undefined ? ('personal' as const) : ('machine' as const),
        user: body.machine ?? actorOf(asking),
        scopes: body.scopes,
        hint: 'pltf_…77aa',
        createdAt: soon(0),
        expiresAt: soon(body.days * 86_400_000),
      };
      world.tokens.unshift(made);
      tell(world, {
        type: 'token-created',
        actor: actorOf(asking),
        summary: `Made the token ${body.name}`,
      });
      return { ...made, token: 'pltf_0123456789abcdefghjkmnpqrstvwxyz0123456789' };
    },
    revokeToken: ({ params }) => {
      world.tokens.splice(
        world.tokens.findIndex(({ id }) => id === params.id),
        1,
      );
      return {};
    },
    listUsers: ({ query }) => paged([...world.users.values()], query),
    createUser: ({ body }) => {
      const made = {
        name: body.name,
        displayName: body.displayName ?? body.name,
        role: body.role,
        teams: [],
        createdAt: soon(0),
        disabled: false,
      };
      world.users.set(body.name, made);
      return { user: made, url: 'http://127.0.0.1:7070/sign-in#0123456789abcdefghjkmnpqrs' };
    },
    changeUser: ({ params, body }) => {
      const before = userOf(world, params.user);
      const changed = {
        ...before,
        role: body.role ?? before.role,
        disabled: body.disabled ?? before.disabled,
      };
      world.users.set(params.user, changed);
      return changed;
    },
    listTeams: ({ query }) => paged([...world.teams.values()], query),
    createTeam: ({ body }) => {
      const made = { name: body.name, displayName: body.displayName ?? body.name, members: [] };
      world.teams.set(body.name, made);
      return made;
    },
    setMember: ({ params, body }) => {
      const before = teamOf(world, params.team);
      const changed = {
        ...before,
        members: [
          ...before.members.filter((one) => one.user !== params.user),
          { user: params.user, role: body.role },
        ],
      };
      world.teams.set(params.team, changed);
      return changed;
    },
    removeMember: ({ params }) => {
      const before = teamOf(world, params.team);
      const changed = {
        ...before,
        members: before.members.filter((one) => one.user !== params.user),
      };
      world.teams.set(params.team, changed);
      return changed;
    },
    listAudit: ({ query }) =>
      paged(
        world.audit.filter(
          ({ actor: who, target }) =>
            (query.actor ?? who) === who && (query.target ?? target) === target,
        ),
        query,
      ),
  };
}
