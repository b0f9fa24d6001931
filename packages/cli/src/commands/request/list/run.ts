import type { IntakeState } from '@pltf/contracts';
import { teamName } from '../../../api/names.ts';
import { collect } from '../../../api/pages.ts';
import type { Run } from '../../../command.ts';
import { exit } from '../../../exit.ts';
import { requestTable } from '../../../view/requests.ts';
import type { requestListCommand } from './command.ts';

/** Lists requests. */
export const run: Run<typeof requestListCommand> = async (
  { options: { state, team, overdue } },
  context,
) => {
  const filter = {
    // The command table admits states only.
    ...(state === undefined ? {} : { state: state as IntakeState }),
    ...(team === undefined ? {} : { owner: teamName(team) }),
    ...(overdue ? { overdue: 'true' } : {}),
  };
  const client = await context.api();
  const items = await collect((page) => client.listRequests({ query: { ...filter, ...page } }));
  if (context.json) context.out.document({ items });
  else if (items.length === 0) context.out.print('No requests.');
  else requestTable(context.out, items, Date.now());
  return exit.done;
};
