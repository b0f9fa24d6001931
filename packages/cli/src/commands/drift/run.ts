import type { Client, DriftView } from '@pltf/contracts';
import { componentName } from '../../api/names.ts';
import { choosePlacement } from '../../api/placements.ts';
import type { Run } from '../../command.ts';
import type { Context } from '../../context.ts';
import { exit } from '../../exit.ts';
import { safe } from '../../output/safe-text.ts';
import { driftTable, printFindings } from '../../view/drift.ts';
import type { driftCommand } from './command.ts';

/** Shows the drift of a component or one placement, looked up now, or of all as it was seen last. */
export const run: Run<typeof driftCommand> = async (
  { arguments: { name }, options: { env, branch } },
  context,
) => {
  if (name === undefined) return everywhere(context);
  const client = await context.api();
  const whole = env === undefined && branch === undefined && !name.includes('.');
  if (whole) return ofComponent(context, client, componentName(name));
  const { id } = await choosePlacement(context, client, { name, env, branch });
  const drift = await client.getDrift({ params: { placement: id } });
  if (context.json) context.out.document(drift);
  else print(context, drift);
  return drift.items.length === 0 ? exit.done : exit.changesPlanned;
};

/** Every environment of it, looked up now. */
async function ofComponent(context: Context, client: Client, component: string): Promise<number> {
  const { placements } = await client.getComponent({ params: { component } });
  const drifts = await Promise.all(
    placements.map(({ id }) => client.getDrift({ params: { placement: id } })),
  );
  if (context.json) context.out.document({ items: drifts });
  else if (drifts.length === 0) context.out.print(`${safe(component)} runs nowhere.`);
  else for (const drift of drifts) print(context, drift);
  return drifts.every(({ items }) => items.length === 0) ? exit.done : exit.changesPlanned;
}

function print({ out }: Context, drift: DriftView): void {
  if (drift.items.length > 0) printFindings(out, drift, Date.now());
  else out.print(`${safe(drift.placement)} is as the platform asks.`);
}

async function everywhere({ api, out, json }: Context): Promise<number> {
  const { items } = await (await api()).listDrift({});
  if (json) out.document({ items });
  else if (items.length === 0) out.print('No drift.');
  else driftTable(out, items, Date.now());
  return items.length === 0 ? exit.done : exit.changesPlanned;
}
