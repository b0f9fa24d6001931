import { sendOnce } from '../../../api/send.ts';
import type { Run } from '../../../command.ts';
import { decided } from '../decided.ts';
import type { fleetAbortCommand } from './command.ts';

/** Take a change back: each placement rolls out what it had before. */
export const run: Run<typeof fleetAbortCommand> = async ({ options: { why } }, context) => {
  const client = await context.api();
  const body = why === undefined ? {} : { why };
  return decided(context, await sendOnce((call) => client.abortFleet({ body }, call)));
};
