import type { ComponentSummary } from '@pltf/contracts';
import { PltfError } from '@pltf/contracts';
import type { PlatformSource } from '../../kernel/platform-source.ts';
import type { HandlersOf } from '../../kernel/request.ts';
import { type CatalogQueries, type Component, defaultBranch } from '../catalog/index.ts';
import { type DeliveryQueries, releaseView, runView } from '../delivery/index.ts';
import { type OperationsQueries, operationView } from '../paths/index.ts';
import type { ReposQueries } from '../repos/index.ts';
import {
  fresh,
  lastTurnsOf,
  type Placement,
  placementFacts,
  placementView,
  type RuntimeQueries,
  type Runtimes,
  shownPhase,
  type ViewContext,
} from '../runtime/index.ts';
import { wellnessOfPhase, worst } from './wellness.ts';

export interface OverviewDependencies {
  readonly catalog: CatalogQueries;
  readonly repos: ReposQueries;
  readonly runtime: RuntimeQueries;
  readonly runtimes: Pick<Runtimes, 'of'>;
  readonly delivery: DeliveryQueries;
  readonly operations: OperationsQueries;
  readonly platform: PlatformSource;
  readonly portalUrl: string;
  readonly viewContext: () => ViewContext;
}

const recent = 20;

/** What the catalogue and a service's page show, composed from the queries of the rooms below. */
export function overviewRoutes(
  dependencies: OverviewDependencies,
): HandlersOf<'listComponents' | 'getComponent' | 'publicHealth'> {
  const { catalog, runtime, platform, viewContext } = dependencies;
  return {
    listComponents: async ({ query }, context) => {
      context.authorize({});
      const { q, kind, owner, limit, cursor } = query;
      const components = await catalog.list({ q, kind, owner, after: cursor, limit });
      const placements = groupByComponent(
        await runtime.placementsOf(components.map(({ name }) => name)),
      );
      const last = components.length === limit ? components.at(-1) : undefined;
      return {
        items: components.map((component) =>
          summary(component, placements.get(component.name) ?? [], viewContext()),
        ),
        ...(last === undefined ? {} : { next: last.name }),
      };
    },
    getComponent: async ({ params }, context) => {
      const component = await catalog.find(params.component);
      context.authorize({
        ...(component === undefined ? {} : { team: component.owner }),
        what: params.component,
      });
      const found = component ?? (await catalog.get(params.component));
      return detail(dependencies, found, context.signal);
    },
    publicHealth: async () => {
      if (platform.current().publicPage !== 'health') {
        throw new PltfError('not-found', {
          detail: 'this platform has no public page',
          fix: 'The platform team opens it with `publicPage: health` in the platform file.',
        });
      }
      return publicHealth(dependencies);
    },
  };
}

function groupByComponent(
  placements: readonly Placement[],
): ReadonlyMap<string, readonly Placement[]> {
  const groups = new Map<string, Placement[]>();
  for (const placement of placements) {
    const group = groups.get(placement.component);
    if (group === undefined) groups.set(placement.component, [placement]);
    else group.push(placement);
  }
  return groups;
}

function summary(
  component: Component,
  placements: readonly Placement[],
  context: ViewContext,
): ComponentSummary {
  const stable = placements.filter(({ branch }) => branch === undefined);
  return {
    name: component.name,
    kind: component.kind,
    owner: component.owner,
    description: component.description,
    ...(component.path === undefined ? {} : { path: component.path }),
    state: component.state,
    wellness: worst(
      stable.map((placement) =>
        wellnessOfPhase(shownPhase(placement, context), placement.observed?.serving !== undefined),
      ),
    ),
    placements: placements.map((placement) => placementSummary(placement, context)),
    createdAt: component.createdAt.toISOString(),
    changedAt: component.changedAt.toISOString(),
  };
}

function placementSummary(
  placement: Placement,
  context: ViewContext,
): ComponentSummary['placements'][number] {
  const { id, environment, observed } = placement;
  const url = context.urlOf(placement);
  return {
    ...{ id, environment, phase: shownPhase(placement, context) },
    ...(url === undefined ? {} : { url }),
    ...(observed?.serving === undefined ? {} : { release: observed.serving.number }),
  };
}

async function detail(
  dependencies: OverviewDependencies,
  component: Component,
  signal: AbortSignal,
) {
  const { repos, runtime, runtimes, delivery, operations, portalUrl, viewContext } = dependencies;
  const [stored, branches, releases, runs, operation] = await Promise.all([
    runtime.placementsOf([component.name]),
    repos.branches(component.name),
    delivery.releases(component.name, { limit: recent }),
    delivery.runs(component.name, { limit: recent }),
    operations.latestOf(component.name),
  ]);
  const [placements, rollouts, turns] = await Promise.all([
    fresh(runtimes, stored, signal),
    runtime.latestRollouts(stored.map(({ id }) => id)),
    lastTurnsOf(runtime, component, stored),
  ]);
  const context = viewContext();
  return {
    ...summary(component, placements, context),
    ...(component.spec === undefined ? {} : { spec: component.spec }),
    repository: {
      cloneUrl: `${portalUrl}/git/${component.name}.git`,
      defaultBranch,
      branches: branches.map(({ name, commit, at }) => ({ name, commit, at: at.toISOString() })),
    },
    placements: placements.map((placement) =>
      placementView(
        placement,
        rollouts.get(placement.id),
        placementFacts(placement, component, turns),
        context,
      ),
    ),
    releases: releases.map((release) => releaseView(release, placements)),
    runs: runs.map(runView),
    ...(operation === undefined ? {} : { operation: operationView(operation) }),
    pageUrl: `${portalUrl}/components/${component.name}`,
  };
}

const mostPublic = 500;

/** Names and wellness only: nothing of releases, owners, addresses or people. */
async function publicHealth({ catalog, runtime, platform, viewContext }: OverviewDependencies) {
  const components = await catalog.list({ limit: mostPublic });
  const placements = groupByComponent(
    await runtime.placementsOf(components.map(({ name }) => name)),
  );
  const file = platform.current();
  const stable = new Set(
    file.environments.filter(({ kind }) => kind === 'stable').map(({ name }) => name),
  );
  const context = viewContext();
  return {
    organisation: file.organisation,
    asOf: context.now.toISOString(),
    services: components.map(({ name }) => ({
      name,
      environments: (placements.get(name) ?? [])
        .filter(({ environment }) => stable.has(environment))
        .map((placement) => ({
          environment: placement.environment,
          wellness: wellnessOfPhase(
            shownPhase(placement, context),
            placement.observed?.serving !== undefined,
          ),
          ...(placement.observedAt === undefined
            ? {}
            : { asOf: placement.observedAt.toISOString() }),
        })),
    })),
  };
}
