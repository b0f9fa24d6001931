import { choosePlacement } from '../../api/placements.ts';
import type { Run } from '../../command.ts';
import type { Context } from '../../context.ts';
import { exit } from '../../exit.ts';
import { safe } from '../../output/safe-text.ts';
import { driftTable, printFindings } from '../../view/drift.ts';
import type { driftCommand } from './command.ts';

/** Shows the drift of one placement, looked up now, or of all as it was seen last. */
export const run: Run<typeof driftCommand> = async (
  { arguments: { name }, options: { env, branch } },
  context,
) => {
  if (name === undefined) return everywhere(context);
  const client = await context.api();
  const { id } = await choosePlacement(context, client, { name, env, branch });
  const drift = await client.getDrift({ params: { placement: id } });
  const { out, json } = context;
  if (json) out.document(drift);
  else if (drift.items.length === 0) out.print(`${safe(id)} is as the platform asks.`);
  else printFindings(out, drift, Date.now());
  return drift.items.length === 0 ? exit.done : exit.changesPlanned;
};

async function everywhere({ api, out, json }: Context): Promise<number> {
  const { items } = await (await api()).listDrift({});
  if (json) out.document({ items });
  else if (items.length === 0) out.print('No drift.');
  else driftTable(out, items, Date.now());
  return items.length === 0 ? exit.done : exit.changesPlanned;
}
