import { publishedSchema, publishedSchemaNames } from '@pltf/plan';
import type { Run } from '../../command.ts';
import { exit } from '../../exit.ts';
import type { schemaCommand } from './command.ts';

/** Prints what a file may hold; the same with and without `--json`. */
export const run: Run<typeof schemaCommand> = async ({ arguments: { file } }, { out }) => {
  const name = publishedSchemaNames.find((one) => one === file) ?? 'thin-file';
  out.document(publishedSchema(name));
  return exit.done;
};
