import { type PlatformFile, placementLabel } from '@pltf/contracts';

export interface PlacementAddress {
  readonly id: string;
  readonly host: string;
}

/**
 * Where a component answers in an environment: previews at `<label>.preview.<domain>`, the last environment of the
 * line at `<component>.<domain>`, those before it at `<component>.<environment>.<domain>`. `clash` (a few hex
 * digits) tells apart two branches that would get the same label.
 */
export function placementAddress(
  platform: PlatformFile,
  component: string,
  environment: string,
  branch?: string,
  clash?: string,
): PlacementAddress {
  const plain = placementLabel(component, branch);
  const label = clash === undefined ? plain : `${plain.slice(0, 58)}-${clash}`;
  const last = platform.environments.filter(({ kind }) => kind === 'stable').at(-1)?.name;
  const host =
    environment === last
      ? `${label}.${platform.domain}`
      : `${label}.${environment}.${platform.domain}`;
  return { id: `${label}.${environment}`, host };
}

/** The URL of a host behind the router. */
export function routeUrl(host: string, routerPort: number): string {
  return routerPort === 80 ? `http://${host}` : `http://${host}:${routerPort}`;
}
