import { privacyRecordMarkdown } from '@pltf/plan';
import { componentName } from '../../../api/names.ts';
import type { Run } from '../../../command.ts';
import { exit } from '../../../exit.ts';
import { safe } from '../../../output/safe-text.ts';
import type { privacyRecordCommand } from './command.ts';

/** Prints what a legal review needs to know of one component. */
export const run: Run<typeof privacyRecordCommand> = async ({ arguments: { name } }, context) => {
  const component = componentName(name);
  const client = await context.api();
  const record = await client.privacyRecord({ params: { component } });
  if (context.json) context.out.document(record);
  else {
    const lines = privacyRecordMarkdown(record).trimEnd().split('\n');
    for (const line of lines) context.out.print(safe(line));
  }
  return exit.done;
};
