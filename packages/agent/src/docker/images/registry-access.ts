import { readFileSync } from 'node:fs';
import { z } from 'zod';

/** Credentials of registries, as `docker login` keeps them. */
export interface RegistryAccess {
  /** Header for a build: all of them, since a base image may come from anywhere. */
  forBuild(): Readonly<Record<string, string>>;
  forPush(registry: string): Readonly<Record<string, string>>;
}

const DockerConfig = z.object({
  auths: z
    .record(
      z.string(),
      z.object({ auth: z.string().optional(), identitytoken: z.string().optional() }),
    )
    .default({}),
});

/** Reads `config.json` anew for each use: somebody may have signed in meanwhile. */
export function createRegistryAccess(configFile: string | undefined): RegistryAccess {
  const read = () => {
    if (configFile === undefined) return {};
    try {
      const parsed = DockerConfig.safeParse(JSON.parse(readFileSync(configFile, 'utf8')));
      return parsed.success ? parsed.data.auths : {};
    } catch {
      return {};
    }
  };
  const credentials = () =>
    Object.entries(read()).map(([address, { auth, identitytoken }]) => {
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
  return {
    forBuild: () => ({ 'X-Registry-Config': header(Object.fromEntries(credentials())) }),
    forPush(registry) {
      const [host = ''] = registry.split('/');
      const found = credentials().find(([address]) => hostOf(address) === host);
      return { 'X-Registry-Auth': header(found?.[1] ?? {}) };
    },
  };
}

const hostOf = (address: string): string =>
  address.replace(/^https?:\/\//, '').replace(/\/.*$/, '');
