import type { Run } from '../../../command.ts';
import { because } from '../../roll-out.ts';
import { carryOut, onPurpose, onPurposeText } from '../carry-out.ts';
import { readPlatformFolder } from '../folder.ts';
import type { platformApplyCommand } from './command.ts';

/** Applies the files of a folder. */
export const run: Run<typeof platformApplyCommand> = async (
  { arguments: { folder }, options },
  context,
) => {
  const files = readPlatformFolder(context, folder);
  return carryOut(context, {
    what: { files, ...onPurpose(options) },
    again: `pltf platform apply${folder === undefined ? '' : ` ${folder}`}${onPurposeText(options)} --yes`,
    send: (client, shown, call) =>
      client.applyPlatform(
        { body: { files, ...shown, ...onPurpose(options), ...because(options.why) } },
        call,
      ),
  });
};
