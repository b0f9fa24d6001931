import type { Run } from '../../../command.ts';
import { exit } from '../../../exit.ts';
import { printException } from '../../../view/exceptions.ts';
import { exceptionId } from '../decide.ts';
import type { exceptionShowCommand } from './command.ts';

/** Shows one exception. */
export const run: Run<typeof exceptionShowCommand> = async ({ arguments: { id } }, context) => {
  const client = await context.api();
  const exception = await client.getException({ params: { id: exceptionId(id) } });
  if (context.json) context.out.document(exception);
  else printException(context.out, exception, Date.now());
  return exit.done;
};
