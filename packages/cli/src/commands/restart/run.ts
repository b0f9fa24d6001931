import type { PlacementView } from '@pltf/contracts';
import type { Run } from '../../command.ts';
import { because, rollOut } from '../roll-out.ts';
import type { restartCommand } from './command.ts';

/** Replaces all instances. */
export const run: Run<typeof restartCommand> = ({ arguments: { name }, options }, context) => {
  const { env, branch, why } = options;
  const sensible = (placement: PlacementView) => placement.desired.state === 'running';
  return rollOut(context, { name, env, branch, sensible }, (client, placement, call) =>
    client.restart({ params: { placement }, body: { ...because(why) } }, call),
  );
};
