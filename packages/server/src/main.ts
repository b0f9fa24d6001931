import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { PltfError } from '@pltf/contracts';
import { type Logger, pino } from 'pino';
import type { Foundation } from './composition/foundation.ts';
import { compose, type Rooms } from './composition/index.ts';
import { openPlatform } from './composition/platform-room.ts';
import { watchAgent } from './composition/watch-agent.ts';
import { buildWeb } from './composition/web.ts';
import { type Config, readConfig } from './config.ts';
import { detectCapabilities } from './drivers/runtime/agent/capabilities.ts';
import { Lifecycle } from './engine/lifecycle.ts';
import { ReconcileLoop } from './engine/loop.ts';
import { wakeEverything } from './engine/startup-wakes.ts';
import { postgresWorkStore } from './engine/work-store.ts';
import { warmPlanner } from './modules/delivery/index.ts';
import { advisoryLocks } from './persistence/advisory-locks.ts';
import { installationId } from './persistence/installation.ts';
import { migrate } from './persistence/migrate.ts';
import { openPool } from './persistence/pool.ts';
import { ServerSession } from './persistence/session.ts';
import type { Db } from './persistence/transaction.ts';

/**
 * On a large machine V8 has up to four times what is alive before it looks for garbage. With twice as much a server that
 * watches a thousand placements holds 310 MB instead of 450, and its passes take as long. Another V8 ignores the words.
 */
const littleGarbage = '--heap-growing-percent=100';
const stopMs = 8_000;
const databaseWaitMs = 60_000;
const databaseLookMs = 200;

/** Starts the server in order; a signal stops it in reverse. */
async function main(): Promise<void> {
  process.umask(0o077);
  setFlagsFromString(littleGarbage);
  const config = readConfig();
  const log = pino({ level: config.logLevel, base: { program: 'server' } });
  const lifecycle = new Lifecycle();
  stopOnSignal(lifecycle, log);
  const { db, session } = await connect(config, lifecycle, log);
  const foundation = await lay(config, db, session, log);
  const rooms = compose(foundation);
  lifecycle.started('agent client', () => rooms.agent[Symbol.asyncDispose]());
  watchAgent(rooms, db, lifecycle, log);
  const listen = await buildWeb(config, foundation, rooms, lifecycle);
  startLoop(foundation, rooms, lifecycle);
  await wakeEverything(db);
  await rooms.platform.follow();
  lifecycle.started('runtimes', rooms.runtime.follow());
  lifecycle.started('fleet', await rooms.fleet.follow());
  const unfollow = await rooms.policy.follow();
  lifecycle.started('guardrail audits', async () => {
    unfollow();
    await rooms.policy.evaluator[Symbol.asyncDispose]();
  });
  await session.open();
  await listen();
  log.info({ url: config.portalUrl }, 'ready');
  // The first plan of a workflow costs 50 ms more than the next: better now than in somebody's push.
  setImmediate(warmPlanner);
}

function stopOnSignal(lifecycle: Lifecycle, log: Logger): void {
  let stopping = false;
  const stop = (): void => {
    if (stopping) return;
    stopping = true;
    void lifecycle.stop(stopMs).then((stuck) => {
      if (stuck.length > 0) log.warn({ stuck }, 'did not stop in time');
      process.exit(stuck.length > 0 ? 1 : 0);
    });
  };
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);
}

/** The database, migrated; it may still be starting. */
async function connect(config: Config, lifecycle: Lifecycle, log: Logger) {
  const onError = (error: unknown): void => log.warn({ err: error }, 'database connection');
  const db = openPool({ url: config.databaseUrl, size: config.databaseConnections, onError });
  lifecycle.started('database pool', () => db.destroy());
  const session = new ServerSession({ url: config.databaseUrl, onError });
  lifecycle.started('database session', () => session[Symbol.asyncDispose]());
  const until = Date.now() + databaseWaitMs;
  for (;;) {
    try {
      await migrate(db);
      return { db, session };
    } catch (error) {
      if (Date.now() > until) throw error;
      log.info({ err: error }, 'waiting for the database');
      await new Promise((resolve) => setTimeout(resolve, databaseLookMs));
    }
  }
}

async function lay(
  config: Config,
  db: Db,
  session: ServerSession,
  log: Logger,
): Promise<Foundation> {
  const { portalUrl, routerPort, goldenPaths, agentSocket, path, kubeconfig } = config;
  const repositories = join(config.dataDirectory, 'repositories');
  const { dataDirectory, gitCredentials } = config;
  const [platform, installation, capabilities] = await Promise.all([
    openPlatform(db, config.platformFile),
    installationId(db),
    detectCapabilities(path),
    mkdir(repositories, { recursive: true, mode: 0o700 }),
  ]);
  return {
    ...{ db, session, log, platform, capabilities, repositories },
    ...{ portalUrl, routerPort, goldenPaths, agentSocket, path, kubeconfig },
    ...{ installation, dataDirectory, gitCredentials, locks: advisoryLocks(config.databaseUrl) },
  };
}

function startLoop({ db, session, log }: Foundation, rooms: Rooms, lifecycle: Lifecycle): void {
  const loop = new ReconcileLoop({
    store: postgresWorkStore(db),
    reconcilers: rooms.reconcilers,
    onFailure: ({ reconciler, key }, error, retryInMs) =>
      log.warn({ err: error, reconciler, key, retryInMs }, 'a pass failed'),
  });
  session.on('up', (number) => loop.resume(number));
  session.on('down', () => loop.suspend());
  session.on('work', () => {
    loop.nudge();
    rooms.delivery.cancellation
      .look()
      .catch((error: unknown) => log.warn({ err: error }, 'looking for cancelled runs'));
  });
  lifecycle.started('reconcile loop', () => loop[Symbol.asyncDispose]());
}

main().catch((error: unknown) => {
  const text =
    error instanceof PltfError
      ? [
          error.detail,
          error.fix,
          ...error.errors.map((item) => `${item.where}: ${item.message}`),
        ].join('\n')
      : String(error instanceof Error ? error.stack : error);
  process.stderr.write(`pltf server: ${text}\n`);
  process.exit(1);
});
