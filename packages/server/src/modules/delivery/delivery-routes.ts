import { PltfError } from '@pltf/contracts';
import type { PlatformSource } from '../../kernel/platform-source.ts';
import type { HandlersOf, RequestContext } from '../../kernel/request.ts';
import { type Db, transact } from '../../persistence/transaction.ts';
import type { CatalogQueries, Component } from '../catalog/index.ts';
import {
  authorized,
  knownRelease,
  type Placement,
  type RuntimeQueries,
  type RuntimeService,
  rolloutView,
} from '../runtime/index.ts';
import { refuseUnapproved } from './approval.ts';
import type { DeliveryQueries } from './delivery-queries.ts';
import type { DeliveryService } from './delivery-service.ts';
import { releaseView, runView } from './delivery-views.ts';
import { placeRequest } from './deploy-rules.ts';
import type { Release } from './release.ts';
import { kept, promoted, toDeploy } from './release-choice.ts';
import type { ReleaseGate } from './release-gate.ts';
import { rollbackTarget } from './release-rules.ts';
import type { RunLog } from './run-log.ts';

export interface DeliveryRoutesDependencies {
  readonly db: Db;
  readonly catalog: CatalogQueries;
  readonly queries: DeliveryQueries;
  readonly service: DeliveryService;
  readonly runtime: RuntimeService;
  readonly runtimeQueries: RuntimeQueries;
  readonly platform: PlatformSource;
  readonly runLog: RunLog;
  readonly releaseGate: ReleaseGate;
}

type Reads = 'listReleases' | 'listRuns' | 'getRun' | 'runLog';
type Writes = 'cancelRun' | 'rerun' | 'promote' | 'deploy' | 'rollback' | 'removePreview';

/** HTTP to domain for runs, releases, promotion and previews. */
export function deliveryRoutes(
  dependencies: DeliveryRoutesDependencies,
): HandlersOf<Reads | Writes> {
  return {
    ...reads(dependencies),

    ...runWrites(dependencies),
    ...releaseWrites(dependencies),
  };
}

export async function ownerOf(
  catalog: CatalogQueries,
  name: string,
  context: RequestContext,
): Promise<Component> {
  const component = await catalog.find(name);
  context.authorize({ ...(component === undefined ? {} : { team: component.owner }), what: name });
  return component ?? catalog.get(name);
}

const beforeOf = (cursor: string | undefined): number | undefined =>
  cursor === undefined || !/^\d{1,9}$/.test(cursor) ? undefined : Number(cursor);

function paged<T extends { readonly number: number }, V>(
  items: readonly T[],
  limit: number,
  view: (item: T) => V,
) {
  const last = items.length === limit ? items.at(-1) : undefined;
  return { items: items.map(view), ...(last === undefined ? {} : { next: String(last.number) }) };
}

function reads(dependencies: DeliveryRoutesDependencies): HandlersOf<Reads> {
  const { catalog, queries, runtimeQueries, runLog } = dependencies;
  return {
    listReleases: async ({ params, query }, context) => {
      await ownerOf(catalog, params.component, context);
      const placements = await runtimeQueries.placementsOf([params.component]);
      const releases = await queries.releases(params.component, {
        limit: query.limit,
        before: beforeOf(query.cursor),
      });
      return paged(releases, query.limit, (release) => releaseView(release, placements));
    },
    listRuns: async ({ params, query }, context) => {
      await ownerOf(catalog, params.component, context);
      const before = beforeOf(query.cursor);
      return paged(
        await queries.runs(params.component, { limit: query.limit, before, branch: query.branch }),
        query.limit,
        runView,
      );
    },
    getRun: async ({ params }, context) => {
      const run = await queries.run(params.id);
      await ownerOf(catalog, run.component, context);
      return runView(run);
    },
    runLog: async function* ({ params, query }, context) {
      const run = await queries.run(params.id);
      await ownerOf(catalog, run.component, context);
      yield* runLog.follow(run.id, query.follow, context.signal);
    },
  };
}

function runWrites({
  db,
  catalog,
  queries,
  service,
}: DeliveryRoutesDependencies): HandlersOf<'cancelRun' | 'rerun'> {
  return {
    cancelRun: async ({ params }, context) => {
      const run = await queries.run(params.id);
      await ownerOf(catalog, run.component, context);
      await transact(db, (tx) => service.cancel(tx, run, context.actor.name));
      return runView(await queries.run(run.id));
    },
    rerun: async ({ params }, context) => {
      const run = await queries.run(params.id);
      await ownerOf(catalog, run.component, context);
      const id = await transact(db, async (tx) => {
        await tx.sql
          .selectFrom('components')
          .select('name')
          .where('name', '=', run.component)
          .forUpdate()
          .execute();
        return service.rerun(tx, run, context.actor.name);
      });
      return runView(await queries.run(id));
    },
  };
}

function releaseWrites(
  dependencies: DeliveryRoutesDependencies,
): HandlersOf<'promote' | 'deploy' | 'rollback' | 'removePreview'> {
  const { db, catalog, queries, runtime, runtimeQueries, releaseGate, platform } = dependencies;
  return {
    promote: async ({ params, body }, context) => {
      const component = await ownerOf(catalog, params.component, context);
      const release = await promoted(dependencies, component, body);
      refuseUnapproved(platform.current(), release.to, context.actor);
      await releaseGate(release.release, release.to, undefined);
      const request = placeRequest(release.release, release.to, undefined, {
        ...{ expiresAt: undefined, newestPlatform: body.platform === 'newest' },
        kind: 'promote',
        actor: context.actor.name,
        why: body.why,
      });
      return rolloutView(await transact(db, (tx) => runtime.place(tx, request)));
    },
    deploy: async ({ params, body }, context) => {
      const { placement } = await authorized(
        { queries: runtimeQueries, catalog },
        params.placement,
        context,
      );
      const release = await toDeploy(queries, placement, body.release);
      // What is placed already is no change.
      if (release.number !== placement.release) {
        refuseUnapproved(platform.current(), placement.environment, context.actor);
        await releaseGate(release, placement.environment, placement.branch);
      }
      return rolloutView(
        await replace(dependencies, placement, release, {
          ...{ kind: 'deploy', newestPlatform: body.platform === 'newest' },
          actor: context.actor.name,
          why: body.why,
        }),
      );
    },
    rollback: async ({ params, body }, context) => {
      const { placement } = await authorized(
        { queries: runtimeQueries, catalog },
        params.placement,
        context,
      );
      const history = await runtimeQueries.rollouts(placement.id, 100);
      const target = body.to ?? rollbackTarget(knownRelease(placement), history);
      if (target === undefined) {
        throw new PltfError('bad-request', {
          detail: `no release served ${placement.id} before this one`,
          fix: 'Deploy a release by its number: `pltf deploy --release N`.',
        });
      }
      const release = await kept(queries, placement.component, target);
      // The way back is always open; what never served here is no way back.
      if (!history.some(({ state, toRelease }) => state === 'done' && toRelease === target)) {
        refuseUnapproved(platform.current(), placement.environment, context.actor);
        await releaseGate(release, placement.environment, placement.branch);
      }
      return rolloutView(
        await replace(dependencies, placement, release, {
          ...{ kind: 'rollback', newestPlatform: body.platform === 'newest' },
          actor: context.actor.name,
          why: body.why,
        }),
      );
    },
    removePreview: async ({ params }, context) => {
      const { placement } = await authorized(
        { queries: runtimeQueries, catalog },
        params.placement,
        context,
      );
      if (placement.branch === undefined) {
        throw new PltfError('bad-request', {
          detail: `${placement.id} is not a branch's preview`,
          fix: '`pltf stop` stops it; `pltf delete` deletes the service.',
        });
      }
      await transact(db, (tx) => runtime.requestRemoval(tx, placement.id, context.actor.name));
      return {};
    },
  };
}

async function replace(
  { db, runtime }: DeliveryRoutesDependencies,
  placement: Placement,
  release: Release,
  how: {
    readonly kind: 'deploy' | 'rollback';
    readonly newestPlatform: boolean;
    readonly actor: string;
    readonly why: string | undefined;
  },
) {
  const request = placeRequest(release, placement.environment, placement.branch, {
    ...how,
    expiresAt: placement.expiresAt,
  });
  return transact(db, (tx) => runtime.place(tx, request));
}
