import { choosePlacement } from '../../../api/placements.ts';
import { sendOnce } from '../../../api/send.ts';
import type { Run } from '../../../command.ts';
import { exit } from '../../../exit.ts';
import { safe } from '../../../output/safe-text.ts';
import { driftSentence } from '../../../view/drift.ts';
import { because } from '../../roll-out.ts';
import { chosen } from '../choice.ts';
import type { driftRevertCommand } from './command.ts';

/** Has drifted fields taken back. */
export const run: Run<typeof driftRevertCommand> = async (
  { arguments: { name }, options: { env, branch, object, field, why } },
  context,
) => {
  const client = await context.api();
  const { id } = await choosePlacement(context, client, { name, env, branch });
  const body = { ...chosen({ object, field }), ...because(why) };
  const answer = await sendOnce((call) =>
    client.revertDrift({ params: { placement: id }, body }, call),
  );
  const { out, json } = context;
  if (json) out.document(answer);
  else if (answer.reverted.length === 0) out.print(`Nothing to take back in ${safe(id)}.`);
  else
    for (const one of answer.reverted)
      out.print(`${out.style.green('✔')} Taken back: ${driftSentence(one)}`);
  return exit.done;
};
