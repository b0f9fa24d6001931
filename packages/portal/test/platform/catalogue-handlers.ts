import { PltfError } from '@pltf/contracts';
import { summaryOf } from '../../src/live/apply-events.ts';
import { actorOf, type TestHandlers } from './handler-types.ts';
import { runLines } from './lines.ts';
import { componentOf, missing, must, paged, soon } from './lookup.ts';
import { startCreation } from './simulate-creation.ts';
import { startDeletion } from './simulate-deletion.ts';
import { planOf } from './simulate-plan.ts';
import type { World } from './world.ts';

export function catalogueHandlers(
  world: World,
): Pick<
  TestHandlers,
  | 'listGoldenPaths'
  | 'listComponents'
  | 'getComponent'
  | 'planComponent'
  | 'createComponent'
  | 'deleteComponent'
  | 'getOperation'
  | 'listReleases'
  | 'listRuns'
  | 'getRun'
  | 'runLog'
  | 'cancelRun'
  | 'rerun'
  | 'listEvents'
  | 'followEvents'
  | 'publicHealth'
  | 'platformHealth'
> {
  return {
    listGoldenPaths: () => ({ items: [...world.paths] }),
    listComponents: ({ query }) => {
      const { q, kind, owner, limit, cursor } = query;
      const fitting = [...world.components.values()].filter(
        (one) =>
          (kind ?? one.kind) === one.kind &&
          (owner ?? one.owner) === one.owner &&
          `${one.name} ${one.description}`.toLowerCase().includes((q ?? '').toLowerCase()),
      );
      const rows = fitting
        .toSorted((one, other) => (one.name < other.name ? -1 : 1))
        .map(summaryOf);
      return paged(rows, { cursor, limit: Math.min(limit, world.settings.pageLimit) });
    },
    getComponent: ({ params }) => componentOf(world, params.component),
    planComponent: ({ body }) => planOf(world, body),
    createComponent: ({ body }, asking) => {
      if (world.components.has(body.name))
        throw new PltfError('name-taken', {
          detail: `${body.name} belongs to ${componentOf(world, body.name).owner}`,
          errors: [{ where: 'name', message: `${body.name} is taken` }],
        });
      return startCreation(world, body, actorOf(asking));
    },
    deleteComponent: ({ params, query }, asking) =>
      startDeletion(world, componentOf(world, params.component), actorOf(asking), query.why),
    getOperation: ({ params }) => must(world.operations.get(params.id), 'operation'),
    listReleases: ({ params, query }) =>
      paged(componentOf(world, params.component).releases, query),
    listRuns: ({ params, query }) => paged(componentOf(world, params.component).runs, query),
    getRun: ({ params }) => must(world.runs.get(params.id), 'run'),
    runLog: ({ params }) => runLines(world, params.id),
    cancelRun: ({ params }) => must(world.runs.get(params.id), 'run'),
    rerun: ({ params }) => must(world.runs.get(params.id), 'run'),
    listEvents: ({ query }) =>
      paged(
        world.events
          .filter((one) => (query.component ?? one.component) === one.component)
          .toReversed(),
        query,
      ),
    followEvents: () => {
      throw new Error('served by the events endpoint itself');
    },
    publicHealth: () => {
      if (!world.settings.publicHealth) throw missing('public page');
      return {
        organisation: 'Nordlicht Retail',
        asOf: soon(0),
        services: [...world.components.values()].map(({ name, placements, wellness }) => ({
          name,
          environments: placements
            .filter(({ environment }) => environment !== 'preview')
            .map(({ environment, asOf }) => ({
              environment,
              wellness: environment === 'prod' ? wellness : 'healthy',
              ...(asOf === undefined ? {} : { asOf }),
            })),
        })),
      };
    },
    platformHealth: () => ({
      status: world.governance.agent === 'ok' ? 'ok' : 'degraded',
      version: '0.1.0',
      database: 'ok',
      agent: world.governance.agent,
    }),
  };
}
