import { sendOnce } from '../../../api/send.ts';
import type { Run } from '../../../command.ts';
import { exit } from '../../../exit.ts';
import { printRequest, requestId } from '../../../view/requests.ts';
import type { requestWithdrawCommand } from './command.ts';

/** Withdraws a request. */
export const run: Run<typeof requestWithdrawCommand> = async (
  { arguments: { id }, options: { reason } },
  context,
) => {
  const params = { id: requestId(id) };
  const client = await context.api();
  const body = { reason: reason ?? '' };
  const withdrawn = await sendOnce((call) => client.withdrawRequest({ params, body }, call));
  if (context.json) context.out.document(withdrawn);
  else printRequest(context.out, withdrawn, Date.now());
  return exit.done;
};
