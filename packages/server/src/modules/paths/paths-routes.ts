import { ComponentName, type CreateComponent, type PlatformFile, PltfError } from '@pltf/contracts';
import type { PlatformSource } from '../../kernel/platform-source.ts';
import type { HandlersOf, RequestContext } from '../../kernel/request.ts';
import type { CatalogQueries } from '../catalog/index.ts';
import { type CreationPlanDependencies, planCreation } from './creation-plan.ts';
import { operationView } from './operation-view.ts';
import type { OperationsQueries } from './operations-store.ts';
import type { PathsService } from './paths-service.ts';
import type { Scaffolder, ScaffoldFacts } from './scaffold.ts';

/** Filled by identity: which teams there are. */
export interface TeamDirectory {
  exists(team: string): Promise<boolean>;
}

export interface PathsRoutesDependencies {
  readonly catalog: CatalogQueries;
  readonly service: PathsService;
  readonly queries: OperationsQueries;
  readonly scaffolder: Scaffolder;
  readonly teams: TeamDirectory;
  readonly platform: PlatformSource;
  readonly plan: CreationPlanDependencies;
}

type Names =
  | 'listGoldenPaths'
  | 'planComponent'
  | 'createComponent'
  | 'deleteComponent'
  | 'getOperation';

/** HTTP to domain for golden paths, creations and deletions. */
export function pathsRoutes(dependencies: PathsRoutesDependencies): HandlersOf<Names> {
  const { catalog, service, queries, scaffolder, platform, plan } = dependencies;
  return {
    listGoldenPaths: async () => ({ items: [...(await scaffolder.list())] }),
    planComponent: async ({ body }, context) => {
      const owner = body.owner ?? ownerFor(context, platform.current());
      context.authorize({ team: owner });
      return planCreation(plan, body, factsOf(context, owner, platform.current()));
    },
    createComponent: async ({ body }, context) => {
      const owner = body.owner ?? ownerFor(context, platform.current());
      context.authorize({ team: owner, what: body.name });
      await refuseUnknownTeam(dependencies, owner);
      const request: CreateComponent = { ...body, owner };
      return operationView(
        await service.create(request, factsOf(context, owner, platform.current()), context.actor),
      );
    },
    deleteComponent: async ({ params, query }, context) => {
      const component = await catalog.find(params.component);
      context.authorize({
        ...(component === undefined ? {} : { team: component.owner }),
        what: params.component,
      });
      if (component === undefined) await catalog.get(params.component);
      if (query.confirm !== params.component) {
        throw new PltfError('bad-request', {
          detail: 'a deletion is confirmed by the name',
          fix: `Send confirm=${params.component}.`,
          errors: [{ where: 'confirm', message: `is not ${params.component}` }],
        });
      }
      return operationView(await service.delete(params.component, context.actor, query.why));
    },
    getOperation: async ({ params }, context) => {
      const operation = await queries.operation(params.id);
      const component = ComponentName.safeParse(operation.subject).success
        ? await catalog.find(operation.subject)
        : undefined;
      context.authorize(component === undefined ? {} : { team: component.owner });
      return operationView(operation);
    },
  };
}

/** A person with one team creates for that team without saying so. */
export function ownerFor(context: RequestContext, platform: PlatformFile): string {
  const teams = [...context.actor.teams]
    .filter(([, role]) => role === 'developer')
    .map(([team]) => team);
  return teams.includes(platform.defaultTeam)
    ? platform.defaultTeam
    : (teams[0] ?? platform.defaultTeam);
}

const factsOf = (
  context: RequestContext,
  owner: string,
  platform: PlatformFile,
): ScaffoldFacts => ({
  owner,
  user: context.actor.name,
  organisation: platform.organisation,
});

async function refuseUnknownTeam({ teams }: PathsRoutesDependencies, owner: string): Promise<void> {
  if (await teams.exists(owner)) return;
  throw new PltfError('bad-request', {
    detail: `there is no team ${owner}`,
    fix: 'Name a team that exists: `pltf list teams`.',
    errors: [{ where: 'owner', message: `there is no team ${owner}` }],
  });
}
