import type { Run } from '../../command.ts';
import { because, platformWish, rollOut } from '../roll-out.ts';
import type { deployCommand } from './command.ts';

/** Rolls out a release. */
export const run: Run<typeof deployCommand> = ({ arguments: { name }, options }, context) => {
  const { env, branch, release, why } = options;
  return rollOut(context, { name, env, branch }, (client, placement, call) =>
    client.deploy(
      {
        params: { placement },
        body: {
          ...(release === undefined ? {} : { release }),
          ...platformWish(options['newest-platform']),
          ...because(why),
        },
      },
      call,
    ),
  );
};
