import packageFile from '../../../package.json' with { type: 'json' };
import type { Run } from '../../command.ts';
import { exit } from '../../exit.ts';
import type { versionCommand } from './command.ts';

/** Prints this program's version. */
export const run: Run<typeof versionCommand> = async (_invocation, { out, json }) => {
  const { version } = packageFile;
  if (json) out.document({ version });
  else out.print(`pltf ${version}`);
  return exit.done;
};
