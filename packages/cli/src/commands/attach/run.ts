import { type Client, PltfError } from '@pltf/contracts';
import { idOf } from '../../api/names.ts';
import type { Run } from '../../command.ts';
import type { Context } from '../../context.ts';
import { followRollout } from '../../follow/rollout.ts';
import { followRun } from '../../follow/run.ts';
import { followTask } from '../../follow/task.ts';
import { followApply } from '../apply/run.ts';
import { followCreation } from '../create/run.ts';
import { followDeletion } from '../delete/run.ts';
import type { attachCommand } from './command.ts';

type Follow = (context: Context, client: Client, id: string) => Promise<number>;

const followers: Readonly<Record<string, Follow>> = {
  op: async (context, client, id) => {
    const operation = await client.getOperation({ params: { id } });
    const follow =
      operation.kind === 'create'
        ? followCreation
        : operation.kind === 'apply'
          ? followApply
          : followDeletion;
    return follow(context, client, operation);
  },
  run: followRun,
  ro: async (context, client, id) => {
    const rollout = await client.getRollout({ params: { id } });
    return followRollout(context, client, rollout, 0);
  },
  task: followTask,
};

const fix = '`pltf list runs NAME` and `pltf activity` show ids.';

/** Follows something long that goes on by itself, whatever began it. */
export const run: Run<typeof attachCommand> = async ({ arguments: { id } }, context) => {
  const follow = followers[idOf(id, fix).split('_')[0] ?? ''];
  if (follow === undefined) {
    throw new PltfError('not-found', { detail: `${id} is nothing that can be followed`, fix });
  }
  return follow(context, await context.api(), id);
};
