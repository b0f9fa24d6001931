import { PltfError } from '@pltf/contracts';
import type { Run } from '../../../command.ts';
import { because } from '../../roll-out.ts';
import { carryOut, onPurpose, onPurposeText } from '../carry-out.ts';
import type { platformRevertCommand } from './command.ts';

/** Goes back to an older version, by a new one. */
export const run: Run<typeof platformRevertCommand> = async (
  { arguments: { version }, options },
  context,
) => {
  if (!/^[0-9]{1,9}$/.test(version)) {
    throw new PltfError('usage-invalid', {
      detail: `"${version.slice(0, 20)}" is no number of a version.`,
      fix: '`pltf platform history` shows those that there are.',
    });
  }
  const to = Number(version);
  return carryOut(context, {
    what: { version: to, ...onPurpose(options) },
    again: `pltf platform revert ${to}${onPurposeText(options)} --yes`,
    send: (client, shown, call) =>
      client.revertPlatform(
        { body: { to, ...shown, ...onPurpose(options), ...because(options.why) } },
        call,
      ),
  });
};
