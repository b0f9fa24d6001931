import { ThinFile } from '@pltf/contracts';
import { toJSONSchema } from 'zod';
import type { Run } from '../../command.ts';
import { exit } from '../../exit.ts';
import type { schemaCommand } from './command.ts';

/** Prints what a thin file may hold; the same with and without `--json`. */
export const run: Run<typeof schemaCommand> = async (_invocation, { out }) => {
  out.document({ title: 'pltf thin file', ...toJSONSchema(ThinFile, { io: 'input' }) });
  return exit.done;
};
