import { type PlatformFile, PltfError } from '@pltf/contracts';
import type { Actor } from '../../kernel/actor.ts';

/**
 * Throws `forbidden` when a release may only come to the environment by somebody of its `approvers` teams, and this is
 * nobody of them. Administrators of the platform may, since they could change the rule too; the audit trail names them.
 */
export function refuseUnapproved(
  { environments }: PlatformFile,
  environment: string,
  actor: Pick<Actor, 'name' | 'role' | 'teams' | 'via'>,
): void {
  const approvers = environments.find(({ name }) => name === environment)?.approvers ?? [];
  if (approvers.length === 0 || actor.role === 'platform' || actor.via === 'platform') return;
  if (approvers.some((team) => actor.teams.get(team) === 'developer')) return;
  const teams =
    approvers.length === 1
      ? `the team ${approvers[0]}`
      : `one of the teams ${approvers.join(', ')}`;
  throw new PltfError('forbidden', {
    detail: `a release comes to ${environment} only by a developer of ${teams}`,
    fix: `Ask ${teams} to promote it; going back to what served there before needs nobody.`,
  });
}
