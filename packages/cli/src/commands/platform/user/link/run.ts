import { userName } from '../../../../api/names.ts';
import { sendOnce } from '../../../../api/send.ts';
import type { Run } from '../../../../command.ts';
import { exit } from '../../../../exit.ts';
import { safe } from '../../../../output/safe-text.ts';
import type { platformUserLinkCommand } from './command.ts';

/** Makes a one-time sign-in link for a person. */
export const run: Run<typeof platformUserLinkCommand> = async (
  { arguments: { user } },
  context,
) => {
  const body = { user: userName(user) };
  const client = await context.api();
  const link = await sendOnce((call) => client.createSignInLink({ body }, call));
  if (context.json) context.out.document(link);
  else {
    context.out.print(safe(link.url));
    context.err.print('It signs them in once, within 15 minutes.');
  }
  return exit.done;
};
