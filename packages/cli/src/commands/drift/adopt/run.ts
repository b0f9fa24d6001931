import { choosePlacement } from '../../../api/placements.ts';
import { sendOnce } from '../../../api/send.ts';
import type { Run } from '../../../command.ts';
import { followApply } from '../../apply/run.ts';
import { because } from '../../roll-out.ts';
import { chosen } from '../choice.ts';
import type { driftAdoptCommand } from './command.ts';

/** Has drifted fields written into the thin file, and follows that to where it serves. */
export const run: Run<typeof driftAdoptCommand> = async (
  { arguments: { name }, options: { env, branch, object, field, why } },
  context,
) => {
  const client = await context.api();
  const { id } = await choosePlacement(context, client, { name, env, branch });
  const body = { ...chosen({ object, field }), ...because(why) };
  const started = await sendOnce((call) =>
    client.adoptDrift({ params: { placement: id }, body }, call),
  );
  return followApply(context, client, started);
};
