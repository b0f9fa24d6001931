import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { readLogin } from './config-file.ts';
import type { ColourWish } from './output/output.ts';

/** What the command line is told by its surroundings. The only file that reads the environment. */
export interface Config {
  /** Where `login` stores address and token. */
  readonly loginFile: string;
  /** Where `plan --save-facts` keeps a copy of the platform's facts. */
  readonly factsFile: string;
  /** Where a platform that runs here keeps everything. */
  readonly dataDirectory: string;
  /** Where it leaves address and token for the user it runs as. */
  readonly localFile: string;
  /** The launcher that `up` and `down` start. */
  readonly launcher: string;
  /** The program itself, as git calls it back for a password. */
  readonly program: readonly string[];
  readonly url: string | undefined;
  readonly token: string | undefined;
  readonly colour: ColourWish;
  readonly workingDirectory: string;
  readonly browser: string | undefined;
  readonly hasDisplay: boolean;
  /** Handed on to the programs that are started: git, the launcher, a browser. */
  readonly environment: Readonly<Record<string, string | undefined>>;
}

export const defaultUrl = 'http://127.0.0.1:7070';

export interface Surroundings {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The folder of the running bundle. */
  readonly programDirectory: string;
  readonly program: readonly string[];
  readonly workingDirectory: string;
}

const present = (text: string | undefined): string | undefined => (text === '' ? undefined : text);

export function readConfig({
  env,
  programDirectory,
  program,
  workingDirectory,
}: Surroundings): Config {
  const home = present(env['HOME']) ?? homedir();
  const configHome = present(env['XDG_CONFIG_HOME']) ?? join(home, '.config');
  const data = resolve(
    workingDirectory,
    present(env['PLTF_DATA']) ?? defaultData(dirname(programDirectory), home, env),
  );
  const force = present(env['FORCE_COLOR']);
  return {
    loginFile: join(configHome, 'pltf', 'config.json'),
    factsFile: join(configHome, 'pltf', 'facts.json'),
    dataDirectory: data,
    localFile: join(data, 'local.json'),
    launcher: join(programDirectory, 'up.js'),
    program,
    url: present(env['PLTF_URL']),
    token: present(env['PLTF_TOKEN']),
    colour: {
      noColour: present(env['NO_COLOR']) !== undefined,
      force: force === undefined ? undefined : force !== '0' && force !== 'false',
      dumb: env['TERM'] === 'dumb',
    },
    workingDirectory,
    browser: present(env['BROWSER']),
    hasDisplay: ['DISPLAY', 'WAYLAND_DISPLAY'].some((name) => present(env[name]) !== undefined),
    environment: env,
  };
}

/** The launcher's own rule: beside the program in a checkout, in the user's data elsewhere. */
function defaultData(checkout: string, home: string, env: Surroundings['env']): string {
  if (existsSync(join(checkout, 'package.json'))) return join(checkout, '.pltf');
  return join(present(env['XDG_DATA_HOME']) ?? join(home, '.local', 'share'), 'pltf');
}

/** Where the platform answers, the token for it, and who said so. */
export interface Connection {
  readonly url: string;
  readonly token: string | undefined;
  readonly from: 'option' | 'environment' | 'login' | 'this machine' | 'default';
}

export interface ConnectionOptions {
  readonly url?: string | undefined;
  readonly token?: string | undefined;
}

/**
 * Address: option, environment, login, the platform of this machine, the default one, in this order. A stored
 * token is used for the very address it was stored for and for no other.
 */
export function resolveConnection(config: Config, options: ConnectionOptions): Connection {
  const login = readLogin(config.loginFile);
  const local = readLogin(config.localFile);
  const found: Omit<Connection, 'token'> =
    options.url !== undefined
      ? { url: options.url, from: 'option' }
      : config.url !== undefined
        ? { url: config.url, from: 'environment' }
        : login !== undefined
          ? { url: login.url, from: 'login' }
          : local !== undefined
            ? { url: local.url, from: 'this machine' }
            : { url: defaultUrl, from: 'default' };
  const url = withoutSlash(found.url);
  const stored = [login, local].find((one) => one !== undefined && sameOrigin(one.url, url));
  return { url, from: found.from, token: options.token ?? config.token ?? stored?.token };
}

export const withoutSlash = (url: string): string => url.replace(/\/+$/, '');

function sameOrigin(one: string, other: string): boolean {
  return URL.canParse(one) && URL.canParse(other) && new URL(one).origin === new URL(other).origin;
}
