import { readFileSync } from 'node:fs';
import { z } from 'zod';

/** What the docker command line keeps beside itself: credentials of registries (`docker login`), and proxies. */
export interface RegistryAccess {
  /** Header for a build: all credentials, since a base image may come from anywhere. */
  forBuild(): Readonly<Record<string, string>>;
  /** Header for what is pulled or pushed under this name. */
  forImage(name: string): Readonly<Record<string, string>>;
  /** Whether somebody has signed in where this name leads. */
  knows(name: string): boolean;
  /** The proxies that builds are told of, as the docker command line tells them: `HTTP_PROXY`, `http_proxy`, … */
  proxies(): Readonly<Record<string, string>>;
}

const Proxies = z.object({
  httpProxy: z.string().optional(),
  httpsProxy: z.string().optional(),
  ftpProxy: z.string().optional(),
  allProxy: z.string().optional(),
  noProxy: z.string().optional(),
});
const proxyNames = {
  httpProxy: 'HTTP_PROXY',
  httpsProxy: 'HTTPS_PROXY',
  ftpProxy: 'FTP_PROXY',
  allProxy: 'ALL_PROXY',
  noProxy: 'NO_PROXY',
} as const;

const DockerConfig = z.object({
  proxies: z.record(z.string(), Proxies).default({}).catch({}),
  auths: z
    .record(
      z.string(),
      z.object({ auth: z.string().optional(), identitytoken: z.string().optional() }),
    )
    .default({}),
});

/** Reads `config.json` anew for each use: somebody may have signed in meanwhile. `host` is the engine's address. */
export function createRegistryAccess(configFile: string | undefined, host = ''): RegistryAccess {
  const read = (): Partial<z.output<typeof DockerConfig>> => {
    if (configFile === undefined) return {};
    try {
      const parsed = DockerConfig.safeParse(JSON.parse(readFileSync(configFile, 'utf8')));
      return parsed.success ? parsed.data : {};
    } catch {
      return {};
    }
  };
  const credentials = () =>
    Object.entries(read().auths ?? {}).map(([address, { auth, identitytoken }]) => {
      const [username = '', ...password] = Buffer.from(auth ?? '', 'base64')
        .toString()
        .split(':');
      return [
        address,
        identitytoken === undefined
          ? { username, password: password.join(':'), serveraddress: address }
          : { identitytoken, serveraddress: address },
      ] as const;
    });
  const header = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const ofImage = (name: string) => {
    const host = registryOf(name);
    return credentials().find(([address]) => ownName(hostOf(address)) === host)?.[1];
  };
  return {
    forBuild: () => ({ 'X-Registry-Config': header(Object.fromEntries(credentials())) }),
    forImage: (name) => ({ 'X-Registry-Auth': header(ofImage(name) ?? {}) }),
    knows: (name) => ofImage(name) !== undefined,
    proxies() {
      const { [host]: own, default: usual } = read().proxies ?? {};
      return Object.fromEntries(
        Object.entries(proxyNames).flatMap(([key, name]) => {
          const value = (own ?? usual)?.[key as keyof typeof proxyNames];
          if (value === undefined || value === '') return [];
          return [name, name.toLowerCase()].map((each) => [each, value] as const);
        }),
      );
    },
  };
}

const hostOf = (address: string): string =>
  address.replace(/^https?:\/\//, '').replace(/\/.*$/, '');

/** Docker's own registry has several names. */
const ownName = (host: string): string =>
  /^(?:index\.|registry-1\.)?docker\.io$/.test(host) ? 'docker.io' : host;

/** The registry that a name means: a first part that is no host is a name at Docker's own. */
function registryOf(name: string): string {
  const [first = '', ...rest] = name.split('/');
  const isHost = rest.length > 0 && /[.:]|^localhost$/.test(first);
  return isHost ? ownName(first) : 'docker.io';
}
