import type { AnswerOf, Api } from '@pltf/contracts';
import type { HandlersOf } from '../../kernel/request.ts';
import { versionZero } from './live-platform.ts';
import type { Changed, PlatformService, PlatformServiceDependencies } from './platform-service.ts';
import { type PlatformVersion, versionView } from './platform-version.ts';

export interface PlatformRoutesDependencies
  extends Pick<PlatformServiceDependencies, 'live' | 'queries' | 'drivers' | 'docker'> {
  readonly service: PlatformService;
  readonly portalUrl: string;
  /** Asks the cluster of a context of the kubeconfig whether the platform can work there. */
  readonly checkCluster: (
    context: string,
    signal: AbortSignal,
  ) => Promise<AnswerOf<Api['checkCluster']>>;
}

type Names =
  | 'getPlatform'
  | 'listPlatformVersions'
  | 'getPlatformVersion'
  | 'planPlatform'
  | 'applyPlatform'
  | 'revertPlatform'
  | 'checkCluster';

/** HTTP to domain for the platform as code. */
export function platformRoutes(dependencies: PlatformRoutesDependencies): HandlersOf<Names> {
  const { service, live, queries } = dependencies;
  return {
    getPlatform: async (_input, context) => {
      context.authorize({});
      return platformView(dependencies);
    },
    listPlatformVersions: async ({ query }, context) => {
      context.authorize({});
      const before = /^\d{1,9}$/.test(query.cursor ?? '') ? Number(query.cursor) : undefined;
      const versions = await queries.versions(query.limit, before);
      const last = versions.length === query.limit ? versions.at(-1) : undefined;
      const items = [...versions, ...(last === undefined ? [await first(dependencies)] : [])];
      return {
        items: items.map(versionView),
        ...(last === undefined ? {} : { next: String(last.number) }),
      };
    },
    getPlatformVersion: async ({ params: { number } }, context) => {
      context.authorize({});
      const files = await service.filesOf(number);
      const stored = number === 0 ? undefined : await queries.version(number);
      const version = stored ?? (await first(dependencies));
      return {
        ...versionView(version),
        files: { ...files },
        ...(version.plan === undefined ? {} : { plan: version.plan }),
      };
    },
    planPlatform: async ({ body }, context) => {
      context.authorize({ what: 'platform' });
      const files = 'files' in body ? body.files : await service.filesOf(body.version);
      return service.plan({ files, letGo: body.letGo, takeOut: body.takeOut });
    },
    applyPlatform: async ({ body }, context) => {
      context.authorize({ what: 'platform' });
      const author = context.actor.name;
      return changed(await service.change({ ...body, why: body.why, author, via: 'apply' }));
    },
    revertPlatform: async ({ body }, context) => {
      context.authorize({ what: 'platform' });
      const { to, expected, plan, letGo, takeOut, why } = body;
      const files = await service.filesOf(to);
      const author = context.actor.name;
      const request = { files, expected, plan, letGo, takeOut, why, author, reverts: to };
      return changed(await service.change({ ...request, via: 'revert' }));
    },
    checkCluster: async ({ body }, context) => {
      context.authorize({ what: 'platform' });
      return dependencies.checkCluster(body.context, context.signal);
    },
  };
  function first({ live: { managedBy } }: PlatformRoutesDependencies): Promise<PlatformVersion> {
    return managedBy === undefined ? Promise.resolve(versionZero()) : live.version();
  }
}

const changed = ({ version, plan }: Changed) => ({ version: versionView(version), plan });

async function platformView({
  live,
  queries,
  drivers,
  docker,
  portalUrl,
}: PlatformRoutesDependencies): Promise<AnswerOf<Api['getPlatform']>> {
  const [version, refused] = [await live.version(), await queries.refused()];
  const engine = await docker();
  const { managedBy } = live;
  const { file } = live.snapshot();
  return {
    version: versionView(version),
    managedBy: managedBy === undefined ? 'repository' : 'operator',
    source: managedBy ?? `${portalUrl}/git/platform.git`,
    file,
    files: { ...version.files },
    drivers: [...drivers],
    ...(engine === undefined ? {} : { docker: engine }),
    ...(refused === undefined ? {} : { refused: { ...refused, at: refused.at.toISOString() } }),
  };
}
