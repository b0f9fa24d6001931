import type { PlatformRole } from '@pltf/contracts';
import { userName } from '../../../../api/names.ts';
import { sendOnce } from '../../../../api/send.ts';
import type { Run } from '../../../../command.ts';
import { exit } from '../../../../exit.ts';
import { safe } from '../../../../output/safe-text.ts';
import type { platformUserAddCommand } from './command.ts';

/** Adds a person and prints the link that signs them in. */
export const run: Run<typeof platformUserAddCommand> = async (
  { arguments: { user }, options: { role, 'display-name': displayName } },
  context,
) => {
  const body = {
    name: userName(user),
    ...(displayName === undefined ? {} : { displayName }),
    // The command table admits roles only.
    ...(role === undefined ? {} : { role: role as PlatformRole }),
  };
  const client = await context.api();
  const added = await sendOnce((call) => client.createUser({ body }, call));
  if (context.json) context.out.document(added);
  else {
    context.err.print(
      `Added ${safe(added.user.name)} (${added.user.role}). This link signs them in once:`,
    );
    context.out.print(safe(added.url));
  }
  return exit.done;
};
