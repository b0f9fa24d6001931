import { PltfError } from '@pltf/contracts';
import type { Run } from '../../../command.ts';
import { exit } from '../../../exit.ts';
import { safe } from '../../../output/safe-text.ts';
import { table } from '../../../output/table.ts';
import { printChange } from '../../../view/fleet.ts';
import type { fleetWavesCommand } from './command.ts';

/** Shows a change wave by wave, with its placements. */
export const run: Run<typeof fleetWavesCommand> = async (
  { arguments: { change: id } },
  context,
) => {
  const client = await context.api();
  const change =
    id === undefined
      ? (await client.listFleetChanges({ query: { limit: 1 } })).items[0]
      : await client.getFleetChange({ params: { change: id } });
  if (change === undefined) {
    throw new PltfError('not-found', {
      detail: 'no change of the platform went out to clusters yet',
      fix: '`pltf platform plan` shows what a change would touch.',
    });
  }
  const { out } = context;
  if (context.json) {
    out.document(change);
    return exit.done;
  }
  printChange(out, change);
  const rows = change.waves.flatMap(({ ring, members }) =>
    members.map((member) => ({ ring, ...member })),
  );
  const lines = table(
    rows,
    [
      { title: 'RING', value: ({ ring }) => safe(ring), cut: 'middle' },
      { title: 'PLACEMENT', value: ({ placement }) => safe(placement), cut: 'middle' },
      { title: 'STATE', value: ({ state }) => state, cut: 'never' },
      { title: 'REASON', value: ({ reason }) => safe(reason ?? ''), cut: 'end' },
    ],
    out.columns,
    out.style.dim,
  );
  for (const line of lines) out.print(line);
  return exit.done;
};
