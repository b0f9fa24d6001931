import { type Client, type PlacementView, PltfError, type TaskView } from '@pltf/contracts';
import { choosePlacement } from '../../api/placements.ts';
import { sendOnce } from '../../api/send.ts';
import type { Run } from '../../command.ts';
import { exit } from '../../exit.ts';
import { followTask } from '../../follow/task.ts';
import { because } from '../roll-out.ts';
import type { runCommand } from './command.ts';

/** Runs a one-off command; its exit code becomes this program's. */
export const run: Run<typeof runCommand> = async (
  { arguments: { name }, options: { env, branch, timeout, why }, rest },
  context,
) => {
  const client: Client = await context.api();
  const chosen = await choosePlacement(context, client, { name, env, branch });
  if (rest.length === 0) await refuseUnlessJob(client, chosen);
  const placement = chosen.id;
  const body = {
    ...(rest.length === 0 ? {} : { command: [...rest] }),
    ...(timeout === undefined ? {} : { timeoutMs: timeout * 1000 }),
    ...because(why),
  };
  const task: TaskView = await sendOnce((call) =>
    client.runTask({ params: { placement }, body }, call),
  );
  if (!context.json) context.err.print(context.err.style.dim(`${task.id} in ${placement}`));
  return (await followTask(context, client, task.id)) ?? exit.interrupted;
};

/** Only a job has something to run when nothing is named. */
async function refuseUnlessJob(client: Client, { component }: PlacementView): Promise<void> {
  const { kind } = await client.getComponent({ params: { component } });
  if (kind === 'job') return;
  throw new PltfError('usage-invalid', {
    detail: `There is no command to run: ${component} is a ${kind}, and only a job has one of its own.`,
    fix: `Put it after \`--\`: pltf run ${component} -- node migrate.js`,
  });
}
