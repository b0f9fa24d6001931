import type { PlatformVersionView } from '@pltf/contracts';
import type { Run } from '../../../command.ts';
import { exit } from '../../../exit.ts';
import { safe } from '../../../output/safe-text.ts';
import { table } from '../../../output/table.ts';
import { ago } from '../../../output/time.ts';
import type { platformHistoryCommand } from './command.ts';

/** Lists versions of the platform. */
export const run: Run<typeof platformHistoryCommand> = async (_invocation, context) => {
  const client = await context.api();
  const found = await client.listPlatformVersions({ query: {} });
  const { out } = context;
  if (context.json) {
    out.document(found);
    return exit.done;
  }
  const rows = table(
    found.items,
    [
      { title: 'VERSION', value: ({ number }) => `${number}`, cut: 'never', paint: out.style.bold },
      { title: 'BY', value: ({ author }) => safe(author), cut: 'middle' },
      { title: 'HOW', value: howOf, cut: 'never' },
      { title: 'TOUCHED', value: touchedOf, cut: 'never' },
      {
        title: 'WHEN',
        value: ({ createdAt }) => (createdAt === undefined ? '' : ago(createdAt, Date.now())),
        cut: 'never',
      },
      { title: 'COMMIT', value: ({ commit }) => commit?.slice(0, 8) ?? '', cut: 'never' },
      { title: 'WHY', value: ({ why }) => safe(why ?? '') },
    ],
    out.columns,
    out.style.dim,
  );
  for (const row of rows) out.print(row);
  return exit.done;
};

const howOf = ({ via, reverts }: PlatformVersionView): string =>
  reverts === undefined ? via : `${via} to ${reverts}`;

const touchedOf = ({ touched }: PlatformVersionView): string =>
  touched === undefined
    ? ''
    : `${touched.placements} in ${touched.ways} ${touched.ways === 1 ? 'way' : 'ways'}`;
