import { sendOnce } from '../../../api/send.ts';
import type { Run } from '../../../command.ts';
import { exit } from '../../../exit.ts';
import { safe } from '../../../output/safe-text.ts';
import type { fleetReleaseCommand } from './command.ts';

/** Lets changes of the platform reach a placement again. */
export const run: Run<typeof fleetReleaseCommand> = async (
  { arguments: { placement } },
  context,
) => {
  const client = await context.api();
  await sendOnce((call) => client.releasePlacement({ params: { placement } }, call));
  if (context.json) context.out.document({ released: placement });
  else context.out.print(`${safe(placement)} takes the next change of the platform.`);
  return exit.done;
};
