import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type PlatformFile, PltfError } from '@pltf/contracts';
import { builtinPlatform, parsePlatformFile } from '@pltf/plan';
import { type Logger, pino } from 'pino';
import { compose, type Rooms, repositoriesFolder } from './compose.ts';
import { type Config, readConfig } from './config.ts';
import { detectCapabilities } from './drivers/runtime/agent/capabilities.ts';
import { postgresJournalCursor } from './drivers/runtime/agent/journal-cursor.ts';
import { JournalFollower } from './drivers/runtime/agent/journal-follower.ts';
import { Lifecycle } from './engine/lifecycle.ts';
import { ReconcileLoop } from './engine/loop.ts';
import { wakeEverything } from './engine/startup-wakes.ts';
import { postgresWorkStore } from './engine/work-store.ts';
import { createApp } from './http/app.ts';
import { eventRoutes } from './http/event-stream.ts';
import { RequestJournal } from './http/request-journal.ts';
import { serveGit } from './http/serve-git.ts';
import { systemClock } from './kernel/clock.ts';
import type { Handlers } from './kernel/request.ts';
import { readLocalToken, writeLocalAccess } from './local-access.ts';
import { deliveryRoutes, previewPipeline, warmPlanner } from './modules/delivery/index.ts';
import {
  bootstrap,
  createResolveActor,
  credentialsService,
  identityRoutes,
  peopleService,
  postgresIdentityQueries,
} from './modules/identity/index.ts';
import { overviewRoutes } from './modules/overview/index.ts';
import { pathsRoutes } from './modules/paths/index.ts';
import { runtimeRoutes, type ViewContext } from './modules/runtime/index.ts';
import { migrate } from './persistence/migrate.ts';
import { openPool } from './persistence/pool.ts';
import { ServerSession } from './persistence/session.ts';
import type { Db } from './persistence/transaction.ts';

const version = '0.1.0';
const stopMs = 8_000;
const databaseWaitMs = 60_000;
const staleAfterMs = 15_000;

/** Starts the server in order; a signal stops it in reverse. */
async function main(): Promise<void> {
  process.umask(0o077);
  const config = readConfig();
  const log = pino({ level: config.logLevel, base: { program: 'server' } });
  const lifecycle = new Lifecycle();
  stopOnSignal(lifecycle, log);
  const onError = (error: unknown): void => log.warn({ err: error }, 'database connection');
  const db = openPool({ url: config.databaseUrl, size: config.databaseConnections, onError });
  lifecycle.started('database pool', () => db.destroy());
  const session = new ServerSession({ url: config.databaseUrl, onError });
  lifecycle.started('database session', () => session[Symbol.asyncDispose]());
  await untilReady(() => migrate(db), log);

  const [platform, capabilities] = await Promise.all([
    readPlatform(config),
    detectCapabilities(config.path),
    mkdir(repositoriesFolder(config.dataDirectory), { recursive: true, mode: 0o700 }),
  ]);
  const { portalUrl, routerPort, goldenPaths, agentSocket, path } = config;
  const repositories = repositoriesFolder(config.dataDirectory);
  const rooms = compose({
    db,
    session,
    log,
    platform,
    capabilities,
    portalUrl,
    routerPort,
    goldenPaths,
    agentSocket,
    path,
    repositories,
  });
  lifecycle.started('agent client', () => rooms.agent[Symbol.asyncDispose]());

  const driver = watchAgent(rooms, db, lifecycle, log);
  const web = await buildWeb({
    config,
    db,
    session,
    log,
    platform,
    rooms,
    capabilities,
    lifecycle,
    driver,
  });
  startLoop(rooms, db, session, lifecycle, log);
  await wakeEverything(db);
  await session.open();
  await web.listen();
  log.info({ url: portalUrl }, 'ready');
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

/** The database may still be starting. */
async function untilReady(attempt: () => Promise<unknown>, log: Logger): Promise<void> {
  const until = Date.now() + databaseWaitMs;
  for (;;) {
    try {
      await attempt();
      return;
    } catch (error) {
      if (Date.now() > until) throw error;
      log.info({ err: error }, 'waiting for the database');
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
  }
}

async function readPlatform({ platformFile }: Config): Promise<PlatformFile> {
  if (platformFile === undefined) return builtinPlatform;
  const parsed = parsePlatformFile(await readFile(platformFile, 'utf8'), platformFile);
  if (parsed.ok) return parsed.platform;
  throw new PltfError('bad-request', {
    detail: `${platformFile} is not a valid platform file`,
    errors: parsed.problems,
  });
}

interface DriverWatch {
  readonly lostSince: () => Date | undefined;
}

/** Takes in what the agent reports, and remembers since when it has been silent. */
function watchAgent(rooms: Rooms, db: Db, lifecycle: Lifecycle, log: Logger): DriverWatch {
  let lostSince: Date | undefined = new Date();
  const follower = new JournalFollower({
    agent: rooms.agent,
    cursor: postgresJournalCursor(db),
    intake: rooms.runtime.intake,
    onLost: (error) => {
      if (lostSince === undefined) log.warn({ err: error }, 'the agent is not there');
      lostSince ??= new Date();
    },
    onFound: () => {
      lostSince = undefined;
    },
  });
  follower.start();
  lifecycle.started('agent journal', () => follower[Symbol.asyncDispose]());
  return { lostSince: () => lostSince };
}

function startLoop(
  rooms: Rooms,
  db: Db,
  session: ServerSession,
  lifecycle: Lifecycle,
  log: Logger,
): void {
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

interface WebParts {
  readonly config: Config;
  readonly db: Db;
  readonly session: ServerSession;
  readonly log: Logger;
  readonly platform: PlatformFile;
  readonly rooms: Rooms;
  readonly capabilities: Parameters<typeof previewPipeline>[1];
  readonly lifecycle: Lifecycle;
  readonly driver: DriverWatch;
}

async function buildWeb(parts: WebParts) {
  const { config, db, session, log, rooms, lifecycle } = parts;
  const resolveActor = createResolveActor({ db, clock: systemClock, sessions: config.sessions });
  const onError = (error: unknown): void => log.warn({ err: error }, 'web');
  const journal = new RequestJournal({ db, session, clock: systemClock, onError });
  const people = peopleService({ clock: systemClock });
  const credentials = credentialsService({
    clock: systemClock,
    portalUrl: config.portalUrl,
    sessions: config.sessions,
  });
  const identity = {
    db,
    clock: systemClock,
    queries: postgresIdentityQueries(db),
    people,
    credentials,
  };
  const first = bootstrap({ ...identity, resolveActor, defaultTeam: parts.platform.defaultTeam });
  await first.prepare({ link: false });
  const localFile = join(config.dataDirectory, 'local.json');
  const token = await first.ensureLocalToken(await readLocalToken(localFile));
  const app = createApp({
    handlers: handlersOf(parts, identity),
    serveGit: serveGit({
      db,
      git: rooms.git,
      repos: rooms.repos,
      catalog: rooms.catalogQueries,
      progress: rooms.delivery.progress,
      onError,
    }),
    resolveActor,
    journal,
    tail: rooms.tail,
    clock: systemClock,
    logger: log,
    version,
    portalUrl: config.portalUrl,
    hosts: config.hosts,
    portalDirectory: config.portalDirectory,
    sessionLifetimeMs: config.sessions.absoluteMs,
    trustedProxies: config.trustedProxies,
    validateAnswers: config.validateAnswers,
  });
  lifecycle.started('event tail', () => rooms.tail[Symbol.asyncDispose]());
  lifecycle.started('request journal', () => journal[Symbol.asyncDispose]());
  return {
    listen: async () => {
      await app.listen({ host: config.host, port: config.port });
      lifecycle.started('http', () => app.close());
      if (token !== undefined)
        await writeLocalAccess(localFile, { url: config.portalUrl, token: token.text });
    },
  };
}

type Identity = Omit<Parameters<typeof identityRoutes>[0], 'platform'>;

function handlersOf(
  { config, db, platform, rooms, capabilities, driver }: WebParts,
  identity: Identity,
): Handlers {
  const { runtime, delivery, paths, catalogQueries: catalog } = rooms;
  const { portalUrl, routerPort } = config;
  const viewContext = (): ViewContext => ({
    routerPort,
    staleAfterMs,
    now: systemClock.now(),
    driverLostSince: driver.lostSince(),
  });
  return {
    ...identityRoutes({
      ...identity,
      platform: {
        organisation: platform.organisation,
        domain: platform.domain,
        portalUrl,
        routerPort,
        version,
      },
    }),
    ...eventRoutes({ queries: rooms.eventQueries, tail: rooms.tail }),
    ...overviewRoutes({
      catalog,
      repos: rooms.reposQueries,
      runtime: runtime.queries,
      delivery: delivery.queries,
      operations: paths.queries,
      platform,
      portalUrl,
      viewContext,
    }),
    ...runtimeRoutes({
      db,
      catalog,
      queries: runtime.queries,
      service: runtime.service,
      driver: runtime.driver,
      clock: systemClock,
      viewContext,
    }),
    ...deliveryRoutes({
      db,
      catalog,
      queries: delivery.queries,
      service: delivery.service,
      runtime: runtime.service,
      runtimeQueries: runtime.queries,
      platform,
      runLog: delivery.runLog,
    }),
    ...pathsRoutes({
      catalog,
      service: paths.service,
      queries: paths.queries,
      scaffolder: paths.scaffolder,
      teams: { exists: async (team) => (await identity.queries.team(team)) !== undefined },
      platform,
      plan: {
        scaffolder: paths.scaffolder,
        platform,
        routerPort,
        isTaken: async (name) => (await catalog.find(name)) !== undefined,
        previewPipeline: (workflows) => previewPipeline(workflows, capabilities),
      },
    }),
    platformHealth: async () => {
      const database = await db
        .selectFrom('cursors')
        .select('name')
        .limit(1)
        .execute()
        .then(
          () => 'ok' as const,
          () => 'down' as const,
        );
      const agent = driver.lostSince() === undefined ? ('ok' as const) : ('down' as const);
      return {
        status: database === 'ok' && agent === 'ok' ? 'ok' : 'degraded',
        version,
        database,
        agent,
      };
    },
  };
}

main().catch((error: unknown) => {
  const text =
    error instanceof PltfError
      ? [
          error.detail,
          error.fix,
          ...error.errors.map(({ where, message }) => `${where}: ${message}`),
        ].join('\n')
      : String(error instanceof Error ? error.stack : error);
  process.stderr.write(`pltf server: ${text}\n`);
  process.exit(1);
});
