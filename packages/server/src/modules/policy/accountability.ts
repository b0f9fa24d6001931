import { type PlatformFile, PltfError } from '@pltf/contracts';
import type { Connection } from '../../persistence/transaction.ts';
import type { IdentityQueries } from '../identity/index.ts';
import type { PolicyException } from './exception.ts';
import type { Accountability } from './exception-rules.ts';

type User = NonNullable<Awaited<ReturnType<IdentityQueries['user']>>>;

/** Whether a person may approve exceptions: administrators, and developers of the teams that the platform names. */
export const isEntitled = (
  { role, teams, disabled }: Pick<User, 'role' | 'teams' | 'disabled'>,
  { exceptions }: PlatformFile,
): boolean =>
  !disabled &&
  (role === 'platform' ||
    (role === 'member' &&
      teams.some(
        ({ team, role: inTeam }) => inTeam === 'developer' && exceptions.approvers.includes(team),
      )));

/** What is known now of those who answer for an exception. */
export async function accountabilityOf(
  people: IdentityQueries,
  platform: PlatformFile,
  { owner, approver, team }: Pick<PolicyException, 'owner' | 'approver' | 'team'>,
  on?: Connection,
): Promise<Accountability> {
  const [owns, approved] = await Promise.all([
    people.user(owner, on),
    approver === undefined ? undefined : people.user(approver, on),
  ]);
  return {
    owner:
      owns === undefined
        ? undefined
        : { disabled: owns.disabled, inTeam: owns.teams.some((of) => of.team === team) },
    approver:
      approved === undefined
        ? undefined
        : { disabled: approved.disabled, entitled: isEntitled(approved, platform) },
  };
}

/** The one who answers for it is a person who is there and belongs to the component's team. */
export async function refuseOwner(
  people: IdentityQueries,
  on: Connection,
  owner: string,
  team: string,
): Promise<void> {
  const [user, kind] = [await people.user(owner, on), await people.kindOf(owner, on)];
  const belongs = user?.teams.some((of) => of.team === team) === true;
  if (user !== undefined && !user.disabled && kind === 'person' && belongs) return;
  throw new PltfError('bad-request', {
    detail: `${owner} cannot answer for an exception of the team ${team}`,
    fix: `Name a person who is in ${team}: \`--owner NAME\`.`,
    errors: [{ where: 'body.owner', message: `must be a person in the team ${team}` }],
  });
}

/** Four eyes are two people's: a token of a machine is nobody's eyes. */
export async function refuseMachine(
  people: IdentityQueries,
  on: Connection,
  actor: string,
): Promise<void> {
  if ((await people.kindOf(actor, on)) === 'person') return;
  throw new PltfError('forbidden', {
    detail: `${actor} is not a person`,
    fix: 'An exception is approved by a person who may.',
  });
}
