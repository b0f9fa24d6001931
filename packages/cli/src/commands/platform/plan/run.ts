import type { Run } from '../../../command.ts';
import { showPlatformPlan } from '../../../view/platform-plan.ts';
import { onPurpose } from '../carry-out.ts';
import { readPlatformFolder } from '../folder.ts';
import type { platformPlanCommand } from './command.ts';

/** Plans the files of a folder. */
export const run: Run<typeof platformPlanCommand> = async (
  { arguments: { folder }, options },
  context,
) => {
  const files = readPlatformFolder(context, folder);
  const client = await context.api();
  return showPlatformPlan(
    context,
    await client.planPlatform({ body: { files, ...onPurpose(options) } }),
  );
};
