import type { Run } from '../../command.ts';
import { because, rollOut } from '../roll-out.ts';
import type { resumeCommand } from './command.ts';

/** Lets a rollout go on that somebody holds, and follows it to its end. */
export const run: Run<typeof resumeCommand> = ({ arguments: { name }, options }, context) => {
  const { env, branch, why } = options;
  return rollOut(context, { name, env, branch }, (client, placement, call) =>
    client.resumeRollout({ params: { placement }, body: { ...because(why) } }, call),
  );
};
