import { sendOnce } from '../../../api/send.ts';
import type { Run } from '../../../command.ts';
import { exceptionId, printDecided, reasonOf } from '../decide.ts';
import type { exceptionRejectCommand } from './command.ts';

/** Rejects an exception. */
export const run: Run<typeof exceptionRejectCommand> = async (
  { arguments: { id }, options: { reason } },
  context,
) => {
  const params = { id: exceptionId(id) };
  const body = { reason: reasonOf(reason, 'reject') };
  const client = await context.api();
  return printDecided(
    context,
    await sendOnce((call) => client.rejectException({ params, body }, call)),
  );
};
