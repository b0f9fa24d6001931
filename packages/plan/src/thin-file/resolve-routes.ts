import type { Access, EnvironmentRule, ErrorItem, PlatformFile, RouteEntry } from '@pltf/contracts';
import { routeHost } from './route-host.ts';
import type { Value } from './sources.ts';

export interface RoutesRequest {
  readonly routes: Value<readonly RouteEntry[]> | undefined;
  readonly platform: PlatformFile;
  readonly environment: EnvironmentRule;
  readonly placeOf: (index: number) => string;
  readonly report: (problem: ErrorItem) => void;
}

export interface ResolvedRoutes {
  readonly hosts: readonly string[];
  readonly access: Readonly<Record<string, Access>>;
}

/** A component's own hosts in one environment, and who gets through to each. */
export function resolveRoutes(request: RoutesRequest): ResolvedRoutes {
  const { routes, platform, environment, placeOf, report } = request;
  const hosts = new Set<string>();
  const access: Record<string, Access> = {};
  for (const [index, entry] of (routes?.value ?? []).entries()) {
    const where = placeOf(index);
    const { host: text, ...said } = typeof entry === 'string' ? { host: entry } : entry;
    const route = routeHost(text, platform);
    if (!('host' in route)) {
      report({ where, ...route });
      continue;
    }
    if (hosts.has(route.host) && !sameAccess(access[route.host] ?? {}, said)) {
      const message = `\`${route.host}\` is there twice, and differs`;
      report({ where, message, fix: 'Keep one of them.' });
    }
    hosts.add(route.host);
    if (Object.keys(said).length > 0) access[route.host] = said;
    checkPublic(said, environment, where, report);
  }
  return { hosts: [...hosts], access };
}

/** Nothing can be made public where the environment is not. */
export function checkPublic(
  said: Access,
  environment: EnvironmentRule,
  where: string,
  report: (problem: ErrorItem) => void,
): void {
  if (said.public !== true || environment.exposure === 'public') return;
  const message = `${environment.name} is private: nothing there can be public`;
  const fix = `Leave \`public\` out, or ask the platform team for \`exposure: public\` in ${environment.name}.`;
  report({ where, message, fix });
}

const sameAccess = (a: Access, b: Access): boolean =>
  a.public === b.public && a.signIn === b.signIn;
