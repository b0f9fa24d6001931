import type { PlatformFile } from '@pltf/contracts';

const label = '[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?';
const hostName = new RegExp(`^(?:${label}\\.)+[a-z](?:[a-z0-9-]{0,61}[a-z0-9])$`);

export type RouteHost =
  | { readonly host: string }
  | { readonly message: string; readonly fix: string };

/** A host of a team's own that a component may answer at. Those below the platform's domain are the platform's to give. */
export function routeHost(text: string, { domain }: Pick<PlatformFile, 'domain'>): RouteHost {
  const host = text.toLowerCase();
  if (host.length > 253 || !hostName.test(host)) {
    return {
      message: `\`${text.slice(0, 100)}\` is no host name`,
      fix: 'Write a host only, like `users.example.com`: no scheme, port, path or wildcard.',
    };
  }
  if (host === domain || host.endsWith(`.${domain}`)) {
    return {
      message: `the platform gives the addresses below ${domain} itself`,
      fix: 'Take a name of a domain of your own.',
    };
  }
  return { host };
}
