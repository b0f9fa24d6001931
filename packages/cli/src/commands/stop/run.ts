import type { PlacementView } from '@pltf/contracts';
import type { Run } from '../../command.ts';
import { because, rollOut } from '../roll-out.ts';
import type { stopCommand } from './command.ts';

/** Stops all instances. */
export const run: Run<typeof stopCommand> = ({ arguments: { name }, options }, context) => {
  const { env, branch, why } = options;
  const sensible = (placement: PlacementView) => placement.desired.state === 'running';
  return rollOut(context, { name, env, branch, sensible }, (client, placement, call) =>
    client.stop({ params: { placement }, body: { ...because(why) } }, call),
  );
};
