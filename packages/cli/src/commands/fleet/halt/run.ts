import { sendOnce } from '../../../api/send.ts';
import type { Run } from '../../../command.ts';
import { decided } from '../decided.ts';
import type { fleetHaltCommand } from './command.ts';

/** Let no placement more have the change that goes out. */
export const run: Run<typeof fleetHaltCommand> = async ({ options: { why } }, context) => {
  const client = await context.api();
  const body = why === undefined ? {} : { why };
  return decided(context, await sendOnce((call) => client.haltFleet({ body }, call)));
};
