import { teamName } from '../../../../api/names.ts';
import { sendOnce } from '../../../../api/send.ts';
import type { Run } from '../../../../command.ts';
import { exit } from '../../../../exit.ts';
import { safe } from '../../../../output/safe-text.ts';
import type { platformTeamAddCommand } from './command.ts';

/** Adds a team. */
export const run: Run<typeof platformTeamAddCommand> = async (
  { arguments: { team }, options: { 'display-name': displayName } },
  context,
) => {
  const body = {
    name: teamName(team),
    ...(displayName === undefined ? {} : { displayName }),
  };
  const client = await context.api();
  const added = await sendOnce((call) => client.createTeam({ body }, call));
  if (context.json) context.out.document(added);
  else {
    context.out.print(`Added ${safe(added.name)}.`);
    context.out.print(
      `\`pltf platform member set ${safe(added.name)} USER developer\` adds people.`,
    );
  }
  return exit.done;
};
