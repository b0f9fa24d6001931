import { type ChildProcess, spawn } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Client, createClient } from '@pltf/contracts';

export const checkout = fileURLToPath(new URL('../../..', import.meta.url));

/** A whole platform, as `npm start` runs it, in a folder and on ports of its own. */
export interface TestPlatform extends AsyncDisposable {
  readonly data: string;
  /** An empty HOME for what a person's tools write. */
  readonly home: string;
  readonly port: number;
  readonly routerPort: number;
  readonly url: string;
  readonly token: string;
  readonly client: Client;
  /** What the launcher has printed. */
  output(): string;
  /** The process of one part, from the file the launcher writes. */
  pid(part: 'server' | 'agent' | 'postgres'): Promise<number>;
  /** Stops everything as Ctrl-C does; the data stays. */
  stop(): Promise<void>;
  /** Kills the launcher alone. */
  killLauncher(): Promise<void>;
  /** Starts it again on the same data and ports. */
  start(): Promise<void>;
}

const startMs = 60_000;

export async function startPlatform(
  options: { readonly platformFile?: string; readonly env?: NodeJS.ProcessEnv } = {},
): Promise<TestPlatform> {
  const root = await mkdtemp(join(tmpdir(), 'pltf-e2e-'));
  const [port, routerPort] = await Promise.all([freePort(), freePort()]);
  const data = join(root, 'data');
  const home = join(root, 'home');
  await mkdir(home);
  const env = {
    ...process.env,
    HOME: home,
    XDG_CONFIG_HOME: join(home, '.config'),
    ...(options.platformFile === undefined ? {} : { PLTF_PLATFORM_FILE: options.platformFile }),
    ...options.env,
  };
  let launcher: Launcher | undefined;
  let token = '';
  let client: Client | undefined;
  const url = `http://localhost:${port}`;
  const start = async (): Promise<void> => {
    const args = [
      '--data',
      data,
      '--port',
      String(port),
      '--router-port',
      String(routerPort),
      '--no-demo',
    ];
    launcher = launch(args, env);
    await launcher.ready;
    token = await localToken(data);
    client = createClient({ url, token });
  };
  await start();
  return {
    data,
    home,
    port,
    routerPort,
    url,
    get token() {
      return token;
    },
    get client() {
      if (client === undefined) throw new Error('not started');
      return client;
    },
    output: () => launcher?.output() ?? '',
    pid: (part) => pidOf(data, part),
    stop: async () => launcher?.end('SIGTERM'),
    killLauncher: async () => launcher?.end('SIGKILL'),
    start,
    [Symbol.asyncDispose]: async () => {
      await launcher?.end('SIGTERM');
      await rm(root, { recursive: true, force: true });
    },
  };
}

export interface Launcher {
  readonly ready: Promise<void>;
  output(): string;
  end(signal: NodeJS.Signals): Promise<void>;
}

/** Starts the launcher as `npm start` does, as another user when one is named. */
export function launch(
  args: readonly string[],
  env: NodeJS.ProcessEnv,
  user: { readonly uid?: number; readonly gid?: number } = {},
): Launcher {
  const child = spawn(process.execPath, [join(checkout, 'dist', 'up.js'), ...args], {
    ...user,
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  const take = (chunk: Buffer): void => {
    output += chunk.toString('utf8');
  };
  child.stdout.on('data', take);
  child.stderr.on('data', take);
  const exited = new Promise<void>((resolve) => child.on('exit', () => resolve()));
  const ready = new Promise<void>((resolve, reject) => {
    const timer = setTimeout(
      () => reject(new Error(`the platform did not start:\n${output}`)),
      startMs,
    );
    child.stderr.on('data', () => {
      if (!output.includes('pltf is up')) return;
      clearTimeout(timer);
      resolve();
    });
    void exited.then(() => {
      clearTimeout(timer);
      reject(new Error(`the platform ended while starting:\n${output}`));
    });
  });
  ready.catch(() => undefined);
  return { ready, output: () => output, end: (signal) => end(child, exited, signal) };
}

async function end(
  child: ChildProcess,
  exited: Promise<void>,
  signal: NodeJS.Signals,
): Promise<void> {
  if (child.exitCode === null && child.signalCode === null) child.kill(signal);
  await exited;
}

async function localToken(data: string): Promise<string> {
  const local: unknown = JSON.parse(await readFile(join(data, 'local.json'), 'utf8'));
  if (typeof local === 'object' && local !== null && 'token' in local) return String(local.token);
  throw new Error('local.json has no token');
}

async function pidOf(data: string, part: 'server' | 'agent' | 'postgres'): Promise<number> {
  const file =
    part === 'postgres' ? join(data, 'postgres', 'postmaster.pid') : join(data, `${part}.pid`);
  return Number.parseInt(await readFile(file, 'utf8'), 10);
}

/** A port below the ephemeral range that nobody holds now. */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = 12_000 + Math.floor(Math.random() * 7_000);
    const free = await new Promise<boolean>((resolve) => {
      const server = createServer();
      server.on('error', () => resolve(false));
      server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
    });
    if (free) return port;
  }
}
