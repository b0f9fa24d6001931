import { type PlatformFile, placementLabel } from '@pltf/contracts';

export interface PlacementAddress {
  readonly id: string;
  readonly host: string;
}

/**
 * The host of a label in an environment: previews at `<label>.preview.<domain>`, the last environment of the line at
 * `<label>.<domain>`, those before it at `<label>.<environment>.<domain>`.
 */
export function placementHost(platform: PlatformFile, label: string, environment: string): string {
  const last = platform.environments.filter(({ kind }) => kind === 'stable').at(-1)?.name;
  const { domain } = platform;
  return environment === last ? `${label}.${domain}` : `${label}.${environment}.${domain}`;
}

/**
 * Where a component answers in an environment. `clash` (a few hex digits) tells apart two branches that would get the
 * same label.
 */
export function placementAddress(
  platform: PlatformFile,
  component: string,
  environment: string,
  branch?: string,
  clash?: string,
): PlacementAddress {
  const plain = placementLabel(component, branch);
  const label = clash === undefined ? plain : `${plain.slice(0, 62 - clash.length)}-${clash}`;
  return { id: `${label}.${environment}`, host: placementHost(platform, label, environment) };
}

/**
 * Where a host answers on a runtime; undefined where the runtime has no way in from outside. `runtime` is its name in
 * the platform file.
 */
export function placementUrl(
  { runtimes }: PlatformFile,
  runtime: string,
  host: string,
  routerPort: number,
): string | undefined {
  const rule = Object.hasOwn(runtimes, runtime) ? runtimes[runtime] : undefined;
  if (rule === undefined || rule.driver === 'agent') return routeUrl(host, routerPort);
  if (rule.gateway === undefined && rule.ingressClass === undefined) return undefined;
  const { scheme, port } = rule.entry ?? { scheme: 'https', port: undefined };
  const usual = scheme === 'https' ? 443 : 80;
  return port === undefined || port === usual
    ? `${scheme}://${host}`
    : `${scheme}://${host}:${port}`;
}

/** The URL of a host behind the router. */
export function routeUrl(host: string, routerPort: number): string {
  return routerPort === 80 ? `http://${host}` : `http://${host}:${routerPort}`;
}
