import { sendOnce } from '../../../api/send.ts';
import type { Run } from '../../../command.ts';
import { decided } from '../decided.ts';
import type { fleetResumeCommand } from './command.ts';

/** Let a halted change go on, with what failed so far accepted. */
export const run: Run<typeof fleetResumeCommand> = async ({ options: { why } }, context) => {
  const client = await context.api();
  const body = why === undefined ? {} : { why };
  return decided(context, await sendOnce((call) => client.resumeFleet({ body }, call)));
};
