import type { TeamRole } from '@pltf/contracts';
import { teamName, userName } from '../../../../api/names.ts';
import { sendOnce } from '../../../../api/send.ts';
import type { Run } from '../../../../command.ts';
import { exit } from '../../../../exit.ts';
import { teamTable } from '../../../../view/people.ts';
import type { platformMemberSetCommand } from './command.ts';

/** Makes a person a member of a team, or changes their role in it. */
export const run: Run<typeof platformMemberSetCommand> = async (
  { arguments: { team, user, role } },
  context,
) => {
  const params = { team: teamName(team), user: userName(user) };
  // The command table admits roles only.
  const body = { role: (role ?? 'developer') as TeamRole };
  const client = await context.api();
  const changed = await sendOnce((call) => client.setMember({ params, body }, call));
  if (context.json) context.out.document(changed);
  else teamTable(context.out, [changed]);
  return exit.done;
};
