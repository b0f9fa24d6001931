import { teamName, userName } from '../../../../api/names.ts';
import { sendOnce } from '../../../../api/send.ts';
import type { Run } from '../../../../command.ts';
import { exit } from '../../../../exit.ts';
import { teamTable } from '../../../../view/people.ts';
import type { platformMemberRemoveCommand } from './command.ts';

/** Takes a person out of a team. */
export const run: Run<typeof platformMemberRemoveCommand> = async (
  { arguments: { team, user } },
  context,
) => {
  const params = { team: teamName(team), user: userName(user) };
  const client = await context.api();
  const changed = await sendOnce((call) => client.removeMember({ params }, call));
  if (context.json) context.out.document(changed);
  else teamTable(context.out, [changed]);
  return exit.done;
};
