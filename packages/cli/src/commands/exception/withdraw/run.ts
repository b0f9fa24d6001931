import { sendOnce } from '../../../api/send.ts';
import type { Run } from '../../../command.ts';
import { exceptionId, printDecided } from '../decide.ts';
import type { exceptionWithdrawCommand } from './command.ts';

/** Withdraws a request for an exception. */
export const run: Run<typeof exceptionWithdrawCommand> = async (
  { arguments: { id }, options: { reason } },
  context,
) => {
  const params = { id: exceptionId(id) };
  const body = { reason: reason ?? '' };
  const client = await context.api();
  return printDecided(
    context,
    await sendOnce((call) => client.withdrawException({ params, body }, call)),
  );
};
