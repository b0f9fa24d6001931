import type { PlatformBreak, PlatformFile } from '@pltf/contracts';
import type { Connection } from '../../persistence/transaction.ts';

/** Every team that a platform file names, with what for. */
function teamsNamed(file: PlatformFile): ReadonlyMap<string, string> {
  const { environments, exceptions, intake, defaultTeam } = file;
  return new Map([
    ...exceptions.approvers.map((team) => [team, 'approves exceptions'] as const),
    [intake.owner, 'answers requests'],
    ...environments.flatMap(({ name, approvers = [] }) =>
      approvers.map((team) => [team, `lets releases into ${name}`] as const),
    ),
    [defaultTeam, 'owns what names no owner'],
  ]);
}

/** Teams that a platform file newly relies on and that are not there: nobody could do what they are to do. */
export async function missingTeams(
  on: Connection,
  before: PlatformFile,
  after: PlatformFile,
): Promise<readonly PlatformBreak[]> {
  const known = teamsNamed(before);
  const asked = [...teamsNamed(after)].filter(([team]) => !known.has(team));
  if (asked.length === 0) return [];
  const names = asked.map(([team]) => team);
  const rows = await on.selectFrom('teams').select('name').where('name', 'in', names).execute();
  const there = new Set(rows.map(({ name }) => name));
  return asked
    .filter(([team]) => !there.has(team))
    .map(([team, what]) => ({
      kind: 'team',
      message: `there is no team \`${team}\`, which ${what}`,
      fix: `Add it first: \`pltf platform team add ${team}\`.`,
      count: 0,
      examples: [],
    }));
}
