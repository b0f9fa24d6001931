import { type PlatformRole, PltfError } from '@pltf/contracts';
import { userName } from '../../../../api/names.ts';
import { sendOnce } from '../../../../api/send.ts';
import type { Run } from '../../../../command.ts';
import { exit } from '../../../../exit.ts';
import { userTable } from '../../../../view/people.ts';
import type { platformUserSetCommand } from './command.ts';

/** Changes a person's role, or locks them out and in. */
export const run: Run<typeof platformUserSetCommand> = async (
  { arguments: { user }, options: { role, disable, enable } },
  context,
) => {
  if (disable === enable && (disable || role === undefined)) {
    throw new PltfError('usage-invalid', {
      detail: disable
        ? '--disable and --enable contradict each other.'
        : 'There is nothing to change.',
      fix: 'Give --role, --disable or --enable.',
    });
  }
  const params = { user: userName(user) };
  const body = {
    ...(role === undefined ? {} : { role: role as PlatformRole }),
    ...(disable === enable ? {} : { disabled: disable }),
  };
  const client = await context.api();
  const changed = await sendOnce((call) => client.changeUser({ params, body }, call));
  if (context.json) context.out.document(changed);
  else userTable(context.out, [changed]);
  return exit.done;
};
