import { sendOnce } from '../../../api/send.ts';
import type { Run } from '../../../command.ts';
import { exceptionId, printDecided, reasonOf } from '../decide.ts';
import type { exceptionRevokeCommand } from './command.ts';

/** Revokes an exception. */
export const run: Run<typeof exceptionRevokeCommand> = async (
  { arguments: { id }, options: { reason } },
  context,
) => {
  const params = { id: exceptionId(id) };
  const body = { reason: reasonOf(reason, 'revoke') };
  const client = await context.api();
  return printDecided(
    context,
    await sendOnce((call) => client.revokeException({ params, body }, call)),
  );
};
