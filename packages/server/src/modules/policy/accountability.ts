import type { PlatformFile } from '@pltf/contracts';
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
