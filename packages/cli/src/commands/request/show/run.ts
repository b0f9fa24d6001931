import type { Run } from '../../../command.ts';
import { exit } from '../../../exit.ts';
import { printRequest, requestId } from '../../../view/requests.ts';
import type { requestShowCommand } from './command.ts';

/** Shows one request. */
export const run: Run<typeof requestShowCommand> = async ({ arguments: { id } }, context) => {
  const client = await context.api();
  const request = await client.getRequest({ params: { id: requestId(id) } });
  if (context.json) context.out.document(request);
  else printRequest(context.out, request, Date.now());
  return exit.done;
};
