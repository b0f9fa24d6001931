import { idOf } from '../../../api/names.ts';
import { sendOnce } from '../../../api/send.ts';
import type { Run } from '../../../command.ts';
import { exit } from '../../../exit.ts';
import type { tokenRevokeCommand } from './command.ts';

/** Revokes a token. */
export const run: Run<typeof tokenRevokeCommand> = async ({ arguments: { id } }, context) => {
  const params = { id: idOf(id, '`pltf token list` shows the ids.') };
  const client = await context.api();
  await sendOnce((call) => client.revokeToken({ params }, call));
  if (context.json) context.out.document({ id, revoked: true });
  else context.out.print(`${id} is refused from now on.`);
  return exit.done;
};
