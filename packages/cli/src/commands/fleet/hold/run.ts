import { sendOnce } from '../../../api/send.ts';
import type { Run } from '../../../command.ts';
import { exit } from '../../../exit.ts';
import { safe } from '../../../output/safe-text.ts';
import type { fleetHoldCommand } from './command.ts';

/** Holds a placement back from changes of the platform. */
export const run: Run<typeof fleetHoldCommand> = async (
  { arguments: { placement }, options: { why } },
  context,
) => {
  const client = await context.api();
  const body = why === undefined ? {} : { why };
  await sendOnce((call) => client.holdPlacement({ params: { placement }, body }, call));
  if (context.json) context.out.document({ held: placement });
  else context.out.print(`${safe(placement)} is held: changes of the platform leave it alone.`);
  return exit.done;
};
