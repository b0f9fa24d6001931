import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Lifecycle } from '../engine/lifecycle.ts';
import { type RunningPostgres, startPostgres } from '../persistence/embedded.ts';
import type { UpOptions } from './config.ts';
import { ask, until } from './probes.ts';
import { endRecorded, recordProcess } from './process-facts.ts';
import { Supervised } from './supervised.ts';

export interface Platform extends AsyncDisposable {
  readonly portalUrl: string;
  /** A token of the machine's owner, for the command line on this machine. */
  readonly token: string;
  readonly isolation: readonly string[];
}

export interface PlatformContext {
  readonly options: UpOptions;
  readonly say: (line: string) => void;
}

const readyMs = 60_000;
const graceMs = 10_000;
const stopAgentMs = 60_000;
const stopMs = 120_000;

/** Starts database, agent and server in this order; disposing stops them in reverse. */
export async function startPlatform(context: PlatformContext): Promise<Platform> {
  const { options, say } = context;
  await mkdir(join(options.data, 'logs'), { recursive: true, mode: 0o700 });
  const lifecycle = new Lifecycle();
  const stop = async (): Promise<void> => {
    const stuck = await lifecycle.stop(stopMs);
    if (stuck.length > 0) say(`Did not stop in time: ${stuck.join(', ')}`);
  };
  try {
    // What a killed launcher left running is replaced; applications live on under the agent's supervision.
    const [url] = await Promise.all([
      startDatabase(context, lifecycle),
      endRecorded(pidFile(options, 'server'), graceMs),
      endRecorded(pidFile(options, 'agent'), graceMs),
    ]);
    startAgent(context, lifecycle);
    startServer(context, lifecycle, url);
    const ready = await until(readyMs, () => readiness(options));
    if (ready === undefined) throw new Error(await notReady(options));
    return { ...ready, [Symbol.asyncDispose]: stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

const pidFile = ({ data }: UpOptions, name: string): string => join(data, `${name}.pid`);
const logFile = ({ data }: UpOptions, name: string): string => join(data, 'logs', `${name}.log`);
const socketPath = ({ data }: UpOptions): string => join(data, 'agent', 'agent.sock');

async function startDatabase(
  { options, say }: PlatformContext,
  lifecycle: Lifecycle,
): Promise<string> {
  if (options.databaseUrl !== undefined) return options.databaseUrl;
  let stopping = false;
  let running: RunningPostgres | undefined;
  const start = async (): Promise<RunningPostgres> => {
    const postgres = await startPostgres({ dataDirectory: options.data, log: () => undefined });
    running = postgres;
    void postgres.exited.then(async () => {
      if (stopping) return;
      say('PostgreSQL ended; it is started again.');
      await start().catch((error: unknown) => say(`PostgreSQL does not start: ${String(error)}`));
    });
    return postgres;
  };
  const first = await start();
  lifecycle.started('database', async () => {
    stopping = true;
    await running?.stop();
  });
  return first.url;
}

function startAgent(context: PlatformContext, lifecycle: Lifecycle): void {
  const { options } = context;
  const agent = supervise(context, 'agent', {
    stopMs: stopAgentMs,
    // Stops the instances in order, then the agent itself; what runs is remembered and starts again next time.
    askToStop: () => ask({ socketPath: socketPath(options), method: 'POST', path: '/v1/stop' }),
  });
  lifecycle.started('agent', () => agent[Symbol.asyncDispose]());
}

function startServer(context: PlatformContext, lifecycle: Lifecycle, databaseUrl: string): void {
  const server = supervise(context, 'server', {
    stopMs: graceMs,
    env: { DATABASE_URL: databaseUrl },
  });
  lifecycle.started('server', () => server[Symbol.asyncDispose]());
}

interface Supervision {
  readonly stopMs: number;
  readonly askToStop?: () => Promise<unknown>;
  readonly env?: NodeJS.ProcessEnv;
}

function supervise(
  { options, say }: PlatformContext,
  name: 'agent' | 'server',
  how: Supervision,
): Supervised {
  const program = new Supervised({
    name: `the ${name}`,
    args: [join(options.programs, `${name}.js`)],
    env: {
      ...options.environment,
      PLTF_DATA: options.data,
      PLTF_HOST: options.host,
      PLTF_PORT: String(options.port),
      PLTF_ROUTER_PORT: String(options.routerPort),
      ...how.env,
    },
    log: logFile(options, name),
    say,
    stopMs: how.stopMs,
    ...(how.askToStop === undefined ? {} : { askToStop: how.askToStop }),
    onStarted: (pid) => void recordProcess(pidFile(options, name), pid).catch(() => undefined),
  });
  program.start();
  return program;
}

interface Readiness {
  readonly portalUrl: string;
  readonly token: string;
  readonly isolation: readonly string[];
}

async function readiness(options: UpOptions): Promise<Readiness | undefined> {
  const [server, agent, local] = await Promise.all([
    ask({ port: options.port, path: '/api/v1/health' }),
    ask({ socketPath: socketPath(options), path: '/v1/health' }),
    readFile(join(options.data, 'local.json'), 'utf8')
      .then(JSON.parse)
      .catch(() => undefined),
  ]);
  if (server?.status !== 200 || agent?.status !== 200 || !isLocal(local)) return undefined;
  return { portalUrl: local.url, token: local.token, isolation: lacksOf(agent.body) };
}

const isLocal = (value: unknown): value is { readonly url: string; readonly token: string } =>
  typeof value === 'object' && value !== null && 'url' in value && 'token' in value;

function lacksOf(health: unknown): readonly string[] {
  const isolation =
    typeof health === 'object' && health !== null && 'isolation' in health
      ? health.isolation
      : undefined;
  const lacks =
    typeof isolation === 'object' && isolation !== null && 'lacks' in isolation
      ? isolation.lacks
      : undefined;
  return Array.isArray(lacks) ? lacks.filter((line) => typeof line === 'string') : [];
}

async function notReady(options: UpOptions): Promise<string> {
  const tails = await Promise.all(
    ['server', 'agent'].map(async (name) => {
      const text = await readFile(logFile(options, name), 'utf8').catch(() => '');
      return `${logFile(options, name)}:\n${text.trim().split('\n').slice(-8).join('\n')}`;
    }),
  );
  return `The platform did not get ready in ${readyMs / 1000} s.\n${tails.join('\n')}`;
}
