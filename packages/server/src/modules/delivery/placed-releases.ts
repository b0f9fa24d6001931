import { Spec } from '@pltf/contracts';
import type { Connection } from '../../persistence/transaction.ts';
import type { PlacedRelease, PlacedReleases } from '../policy/index.ts';

/** What runs, for guardrails to look at: each placement with the spec of the release that it is to run. */
export function placedReleases(db: Connection): PlacedReleases {
  return {
    page: async (after, limit) =>
      (await select(db).where('placements.id', '>', after).limit(limit).execute()).flatMap(
        toPlaced,
      ),
    of: async (component) =>
      (await select(db).where('placements.component', '=', component).execute()).flatMap(toPlaced),
  };
}

const select = (db: Connection) =>
  db
    .selectFrom('placements')
    .innerJoin('components', 'components.name', 'placements.component')
    .innerJoin('releases', (join) =>
      join
        .onRef('releases.component', '=', 'placements.component')
        .onRef('releases.number', '=', 'placements.release'),
    )
    .select([
      'placements.id as placement',
      'placements.component',
      'components.owner',
      'placements.environment',
      'placements.branch',
      'placements.instances',
      'placements.release',
      'placements.revision',
      'releases.spec',
    ])
    .where('placements.state', '=', 'present')
    .orderBy('placements.id');

type Row = Awaited<ReturnType<ReturnType<typeof select>['execute']>>[number];

function toPlaced({ branch, spec, ...row }: Row): PlacedRelease[] {
  const parsed = Spec.safeParse(spec);
  return parsed.success ? [{ ...row, branch: branch ?? undefined, spec: parsed.data }] : [];
}
