import type { Run } from '../../command.ts';
import { because, platformWish, rollOut } from '../roll-out.ts';
import type { rollbackCommand } from './command.ts';

/** Goes back to an earlier release. */
export const run: Run<typeof rollbackCommand> = ({ arguments: { name }, options }, context) => {
  const { env, branch, to, why } = options;
  return rollOut(context, { name, env, branch }, (client, placement, call) =>
    client.rollback(
      {
        params: { placement },
        body: {
          ...(to === undefined ? {} : { to }),
          ...platformWish(options['newest-platform']),
          ...because(why),
        },
      },
      call,
    ),
  );
};
