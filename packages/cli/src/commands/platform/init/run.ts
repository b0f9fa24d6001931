import { builtinPlatformText } from '@pltf/plan';
import type { Run } from '../../../command.ts';
import { exit } from '../../../exit.ts';
import { writeFiles } from '../folder.ts';
import type { platformInitCommand } from './command.ts';

/** Writes the built-in platform file. */
export const run: Run<typeof platformInitCommand> = async ({ arguments: { folder } }, context) => {
  writeFiles(context, folder ?? '.', { 'platform.yaml': builtinPlatformText });
  return exit.done;
};
