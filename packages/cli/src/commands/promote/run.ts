import { setTimeout as sleep } from 'node:timers/promises';
import { PltfError } from '@pltf/contracts';
import { componentName } from '../../api/names.ts';
import { sendOnce } from '../../api/send.ts';
import type { Run } from '../../command.ts';
import type { Context } from '../../context.ts';
import { followRollout, latestEvent } from '../../follow/rollout.ts';
import { because, platformWish } from '../roll-out.ts';
import type { promoteCommand } from './command.ts';

/** Takes the release that serves in one environment to the next. */
export const run: Run<typeof promoteCommand> = async (
  { arguments: { name }, options: { from, to, 'newest-platform': newest, why } },
  context,
) => {
  const component = componentName(name);
  const client = await context.api();
  const after = await latestEvent(client, component);
  const body = {
    ...(from === undefined ? {} : { from }),
    ...(to === undefined ? {} : { to }),
    ...platformWish(newest),
    ...because(why),
  };
  const started = await whenItServes(context, () =>
    sendOnce((call) => client.promote({ params: { component }, body }, call)),
  );
  if (!context.json) {
    context.err.print(
      context.err.style.dim(`release #${started.to} goes to ${started.environment}`),
    );
  }
  return followRollout(context, client, started, after);
};

/** How long what was created or pushed a moment ago may take to serve before it is promoted. */
const patienceMs = 60_000;
const lookMs = 250;

/** A release that is still on its way to the environment it comes from is waited for. */
async function whenItServes<T>(context: Context, promote: () => Promise<T>): Promise<T> {
  const until = Date.now() + patienceMs;
  for (let told = false; ; told = true) {
    try {
      return await promote();
    } catch (error) {
      const early = error instanceof PltfError && error.code === 'rollout-in-progress';
      if (!early || Date.now() > until) throw error;
      if (!told && !context.json) context.err.print(context.err.style.dim(`${error.detail} …`));
      await sleep(lookMs);
    }
  }
}
