import type { PlacementView } from '@pltf/contracts';
import type { Run } from '../../command.ts';
import { because, rollOut } from '../roll-out.ts';
import type { startCommand } from './command.ts';

/** Starts what was stopped. */
export const run: Run<typeof startCommand> = ({ arguments: { name }, options }, context) => {
  const { env, branch, why } = options;
  const sensible = (placement: PlacementView) => placement.desired.state === 'stopped';
  return rollOut(context, { name, env, branch, sensible }, (client, placement, call) =>
    client.start({ params: { placement }, body: { ...because(why) } }, call),
  );
};
