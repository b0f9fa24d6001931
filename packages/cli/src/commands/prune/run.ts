import { choosePlacement } from '../../api/placements.ts';
import { sendOnce } from '../../api/send.ts';
import type { Run } from '../../command.ts';
import { exit } from '../../exit.ts';
import { safe } from '../../output/safe-text.ts';
import { because } from '../roll-out.ts';
import type { pruneCommand } from './command.ts';

/** Shows what is kept although nothing wants it, or deletes what is named of it. */
export const run: Run<typeof pruneCommand> = async (
  { arguments: { name }, options: { env, branch, confirm, why } },
  context,
) => {
  const { json, out } = context;
  const client = await context.api();
  const { id: placement } = await choosePlacement(context, client, { name, env, branch });
  const params = { placement };
  if (confirm.length === 0) {
    const kept = await client.listKept({ params });
    if (json) out.document(kept);
    else if (kept.items.length === 0) out.print(`Nothing of ${safe(placement)} is kept.`);
    else
      for (const { what, because: reason } of kept.items)
        out.print(`${safe(what)}: ${safe(reason)}`);
    return kept.items.length === 0 ? exit.done : exit.changesPlanned;
  }
  const body = { confirm: [...confirm], ...because(why) };
  const answer = await sendOnce((call) => client.prune({ params, body }, call));
  if (json) out.document(answer);
  else if (answer.gone.length === 0) out.print('It was gone already.');
  else for (const one of answer.gone) out.print(`${out.style.green('✔')} Deleted: ${safe(one)}`);
  return exit.done;
};
