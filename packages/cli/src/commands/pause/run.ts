import { choosePlacement } from '../../api/placements.ts';
import { sendOnce } from '../../api/send.ts';
import type { Run } from '../../command.ts';
import { exit } from '../../exit.ts';
import { because } from '../roll-out.ts';
import type { pauseCommand } from './command.ts';

/** Holds a rollout where it is. */
export const run: Run<typeof pauseCommand> = async (
  { arguments: { name }, options: { env, branch, why } },
  context,
) => {
  const client = await context.api();
  const { id: placement } = await choosePlacement(context, client, { name, env, branch });
  const rollout = await sendOnce((call) =>
    client.pauseRollout({ params: { placement }, body: { ...because(why) } }, call),
  );
  if (context.json) context.out.document(rollout);
  else
    context.out.print(
      `Release ${rollout.to} is held in ${rollout.environment}; \`pltf resume\` lets it go on.`,
    );
  return exit.done;
};
