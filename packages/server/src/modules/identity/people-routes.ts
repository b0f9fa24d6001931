import { PltfError } from '@pltf/contracts';
import type { HandlersOf } from '../../kernel/request.ts';
import { type Db, transact } from '../../persistence/transaction.ts';
import { type CredentialsService, isUnrestricted } from './credentials-service.ts';
import type { IdentityQueries } from './identity-queries.ts';
import type { PeopleService } from './people-service.ts';

export interface PeopleRoutesDependencies {
  readonly db: Db;
  readonly queries: IdentityQueries;
  readonly people: PeopleService;
  readonly credentials: CredentialsService;
}

type UserNames = 'listUsers' | 'createUser' | 'changeUser';
type TeamNames = 'listTeams' | 'createTeam' | 'setMember' | 'removeMember';

export const peopleRoutes = (
  dependencies: PeopleRoutesDependencies,
): HandlersOf<UserNames | TeamNames> => ({
  ...userRoutes(dependencies),
  ...teamRoutes(dependencies),
});

function userRoutes({
  db,
  queries,
  people,
  credentials,
}: PeopleRoutesDependencies): HandlersOf<UserNames> {
  return {
    listUsers: ({ query }, context) => {
      context.authorize({});
      return queries.users(query);
    },
    createUser: async ({ body }, context) => {
      const { name, role } = body;
      context.authorize({ what: name });
      // The answer holds a link that signs the new person in, with all of their rights.
      if (!isUnrestricted(context.actor)) {
        throw new PltfError('forbidden', {
          detail: 'the token used here is too narrow to make a sign-in link',
          fix: 'Sign in to the portal, or use a token with all scopes.',
        });
      }
      const displayName = body.displayName ?? name;
      const link = await transact(db, async (tx) => {
        await people.createUser(
          tx,
          { name, displayName, role, kind: 'person' },
          context.actor.name,
        );
        return credentials.createSignInLink(tx, name);
      });
      return { user: present(await queries.user(name), name), url: link.url };
    },
    changeUser: async ({ params, body }, context) => {
      context.authorize({ what: params.user });
      const change = { role: body.role, disabled: body.disabled };
      await transact(db, (tx) => people.changeUser(tx, params.user, change, context.actor.name));
      return present(await queries.user(params.user), params.user);
    },
  };
}

function teamRoutes({ db, queries, people }: PeopleRoutesDependencies): HandlersOf<TeamNames> {
  return {
    listTeams: ({ query }) => queries.teams(query),
    createTeam: async ({ body }, context) => {
      context.authorize({ what: body.name });
      await transact(db, (tx) =>
        people.createTeam(tx, body.name, body.displayName ?? body.name, context.actor.name),
      );
      return present(await queries.team(body.name), body.name);
    },
    setMember: async ({ params: { team, user }, body }, context) => {
      context.authorize({ what: `${team}/${user}` });
      await transact(db, (tx) => people.setMember(tx, team, user, body.role, context.actor.name));
      return present(await queries.team(team), team);
    },
    removeMember: async ({ params: { team, user } }, context) => {
      context.authorize({ what: `${team}/${user}` });
      await transact(db, (tx) => people.removeMember(tx, team, user, context.actor.name));
      return present(await queries.team(team), team);
    },
  };
}

function present<T>(found: T | undefined, name: string): T {
  if (found === undefined)
    throw new PltfError('not-found', { detail: `there is no ${name} any more` });
  return found;
}
