import { componentName } from '../../api/names.ts';
import { sendOnce } from '../../api/send.ts';
import type { Run } from '../../command.ts';
import { followRollout, latestEvent } from '../../follow/rollout.ts';
import { because } from '../roll-out.ts';
import type { promoteCommand } from './command.ts';

/** Takes the release that serves in one environment to the next. */
export const run: Run<typeof promoteCommand> = async (
  { arguments: { name }, options: { from, to, why } },
  context,
) => {
  const component = componentName(name);
  const client = await context.api();
  const after = await latestEvent(client, component);
  const body = {
    ...(from === undefined ? {} : { from }),
    ...(to === undefined ? {} : { to }),
    ...because(why),
  };
  const started = await sendOnce((call) => client.promote({ params: { component }, body }, call));
  if (!context.json) {
    context.err.print(
      context.err.style.dim(`release #${started.to} goes to ${started.environment}`),
    );
  }
  return followRollout(context, client, started, after);
};
