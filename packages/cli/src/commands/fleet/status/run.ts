import type { Run } from '../../../command.ts';
import { exit } from '../../../exit.ts';
import { safe } from '../../../output/safe-text.ts';
import { printChange } from '../../../view/fleet.ts';
import type { fleetStatusCommand } from './command.ts';

/** Shows the newest change on its way to clusters, and what is held back. */
export const run: Run<typeof fleetStatusCommand> = async (_invocation, context) => {
  const client = await context.api();
  const [{ items }, holds] = await Promise.all([
    client.listFleetChanges({ query: { limit: 1 } }),
    client.listFleetHolds({}),
  ]);
  const { out } = context;
  const [change] = items;
  if (context.json)
    out.document({ ...(change === undefined ? {} : { change }), holds: holds.items });
  else {
    if (change === undefined) out.print('No change of the platform went out to clusters yet.');
    else printChange(out, change);
    for (const { placement, by, why } of holds.items)
      out.print(out.style.dim(`${safe(placement)} is held by ${safe(by)}: ${safe(why)}`));
  }
  return change?.state === 'halted' ? exit.failed : exit.done;
};
