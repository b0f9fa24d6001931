import { spawn } from 'node:child_process';
import { request } from 'node:http';
import { join } from 'node:path';
import { checkout, type TestPlatform } from './platform.ts';

export interface Ended {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** Runs a program to its end. */
export function run(
  command: string,
  args: readonly string[],
  options: {
    readonly cwd?: string;
    readonly env?: NodeJS.ProcessEnv;
    readonly input?: string;
  } = {},
): Promise<Ended> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      cwd: options.cwd ?? process.cwd(),
      env: options.env ?? process.env,
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    let out = '';
    let err = '';
    child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString('utf8')));
    child.stderr.on('data', (chunk: Buffer) => (err += chunk.toString('utf8')));
    child.stdin.on('error', () => undefined);
    child.stdin.end(options.input ?? '');
    child.on('error', reject);
    child.on('close', (code) => resolve({ code: code ?? -1, out, err }));
  });
}

const environment = (platform: TestPlatform): NodeJS.ProcessEnv => ({
  PATH: process.env['PATH'],
  HOME: platform.home,
  XDG_CONFIG_HOME: join(platform.home, '.config'),
  PLTF_URL: platform.url,
  PLTF_TOKEN: platform.token,
  NO_COLOR: '1',
  GIT_AUTHOR_NAME: 'Ada',
  GIT_AUTHOR_EMAIL: 'ada@example.com',
  GIT_COMMITTER_NAME: 'Ada',
  GIT_COMMITTER_EMAIL: 'ada@example.com',
  GIT_TERMINAL_PROMPT: '0',
  // The token goes to git by its environment: never in a URL or an argument.
  GIT_CONFIG_COUNT: '1',
  GIT_CONFIG_KEY_0: `http.${platform.url}/.extraHeader`,
  GIT_CONFIG_VALUE_0: `Authorization: Basic ${Buffer.from(`pltf:${platform.token}`).toString('base64')}`,
});

/** `pltf …` as a person runs it in a terminal of their own. */
export const pltf = (platform: TestPlatform, ...args: readonly string[]): Promise<Ended> =>
  pltfWith(platform, '', args);

/** The same, at the end of a pipe. */
export const pltfWith = (
  platform: TestPlatform,
  input: string,
  args: readonly string[],
): Promise<Ended> =>
  run(process.execPath, [join(checkout, 'dist', 'pltf.js'), ...args], {
    env: environment(platform),
    cwd: platform.home,
    input,
  });

export const git = (
  platform: TestPlatform,
  cwd: string,
  ...args: readonly string[]
): Promise<Ended> => run('git', args, { env: environment(platform), cwd });

export interface Answer {
  readonly status: number;
  readonly body: string;
  readonly headers: NodeJS.Dict<string | string[]>;
}

/** Fetches an application's URL through the router, without DNS. */
export function fetchUrl(
  url: string,
  options: { readonly method?: string; readonly body?: string } = {},
): Promise<Answer> {
  const { host, port, pathname, search } = new URL(url);
  return new Promise((resolve, reject) => {
    const sent = request(
      {
        host: '127.0.0.1',
        port,
        path: `${pathname}${search}`,
        method: options.method ?? 'GET',
        headers: { host },
        timeout: 10_000,
      },
      (response) => {
        let body = '';
        response.setEncoding('utf8');
        response.on('data', (part: string) => (body += part));
        response.on('error', reject);
        response.on('end', () =>
          resolve({ status: response.statusCode ?? 0, body, headers: response.headers }),
        );
      },
    );
    sent.on('timeout', () => sent.destroy(new Error('no answer')));
    sent.on('error', reject);
    sent.end(options.body);
  });
}

/** Looks until it holds; fails with what was seen last. */
export async function eventually<T>(
  look: () => Promise<T>,
  holds: (value: T) => boolean,
  withinMs = 30_000,
): Promise<T> {
  const until = Date.now() + withinMs;
  for (;;) {
    let seen: unknown;
    try {
      const value = await look();
      if (holds(value)) return value;
      seen = value;
    } catch (error) {
      seen = error;
    }
    if (Date.now() > until) {
      throw new Error(
        `did not come true within ${withinMs} ms; last seen: ${seen instanceof Error ? (seen.stack ?? seen.message) : JSON.stringify(seen)?.slice(0, 2000)}`,
      );
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
