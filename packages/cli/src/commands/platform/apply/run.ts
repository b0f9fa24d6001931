import type { Run } from '../../../command.ts';
import { because } from '../../roll-out.ts';
import { carryOut } from '../carry-out.ts';
import { readPlatformFolder } from '../folder.ts';
import type { platformApplyCommand } from './command.ts';

/** Applies the files of a folder. */
export const run: Run<typeof platformApplyCommand> = async (
  { arguments: { folder }, options: { why } },
  context,
) => {
  const files = readPlatformFolder(context, folder);
  return carryOut(context, {
    what: { files },
    again: `pltf platform apply${folder === undefined ? '' : ` ${folder}`} --yes`,
    send: (client, shown, call) =>
      client.applyPlatform({ body: { files, ...shown, ...because(why) } }, call),
  });
};
