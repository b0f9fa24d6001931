import { join } from 'node:path';
import type { PlatformFile } from '@pltf/contracts';
import type { Logger } from 'pino';
import { builtinGit } from './drivers/git/builtin/index.ts';
import { agentArchive } from './drivers/runtime/agent/agent-archive.ts';
import { AgentClient } from './drivers/runtime/agent/agent-client.ts';
import { agentRuntime } from './drivers/runtime/agent/agent-runtime.ts';
import { agentSteps } from './drivers/runtime/agent/agent-steps.ts';
import { folderScaffolder } from './drivers/scaffolder/index.ts';
import type { Reconciler } from './engine/reconciler.ts';
import { EventTail } from './http/event-tail.ts';
import { systemClock } from './kernel/clock.ts';
import { postgresCatalogQueries, postgresCatalogStore } from './modules/catalog/index.ts';
import {
  createCollectReconciler,
  createRunReconciler,
  deliveryService,
  type EventFeed,
  postgresDeliveryQueries,
  postgresDeliveryStore,
  postgresRunStore,
  pushProgress,
  releaseSource,
  RunCancellation,
  runLog,
  type StepRunners,
  workflowPipeline,
} from './modules/delivery/index.ts';
import {
  createOperationReconciler,
  pathsService,
  postgresOperationsQueries,
  postgresOperationsStore,
} from './modules/paths/index.ts';
import { createRepositoryReconciler, postgresReposQueries, postgresReposStore, reposService } from './modules/repos/index.ts';
import {
  createExpiryReconciler,
  createPlacementReconciler,
  createTaskReconciler,
  observationIntake,
  postgresRuntimeQueries,
  postgresRuntimeStore,
  runtimeService,
} from './modules/runtime/index.ts';
import { postgresEventQueries } from './persistence/event-queries.ts';
import type { ServerSession } from './persistence/session.ts';
import type { Db } from './persistence/transaction.ts';

export interface Foundation {
  readonly db: Db;
  readonly session: ServerSession;
  readonly log: Logger;
  readonly platform: PlatformFile;
  readonly portalUrl: string;
  readonly routerPort: number;
  readonly repositories: string;
  readonly goldenPaths: string;
  readonly agentSocket: string;
  /** A PATH to find git and other programs in. */
  readonly path: string;
  readonly capabilities: Parameters<typeof workflowPipeline>[0]['capabilities'];
}

/** Where the rooms below need a room above, the way up is filled here, once both stand. */
interface Upwards {
  delivery?: ReturnType<typeof deliveryService>;
  paths?: ReturnType<typeof pathsService>;
}

/** Builds the rooms from the ground up. Starts nothing. */
export function compose(foundation: Foundation) {
  const upwards: Upwards = {};
  const ground = groundFloor(foundation, upwards);
  const runtime = runtimeRoom(foundation, ground, upwards);
  const delivery = deliveryRoom(foundation, ground, runtime, upwards);
  const paths = pathsRoom(foundation, ground, runtime, delivery);
  upwards.delivery = delivery.service;
  upwards.paths = paths.service;
  const reconcilers: readonly Reconciler[] = [
    createRepositoryReconciler(ground.repos),
    ...runtime.reconcilers,
    ...delivery.reconcilers,
    ...paths.reconcilers,
  ];
  return { ...ground, runtime, delivery, paths, reconcilers };
}

export type Rooms = ReturnType<typeof compose>;

function groundFloor(foundation: Foundation, upwards: Upwards) {
  const { db, session, log, path, repositories, agentSocket } = foundation;
  const git = builtinGit({ root: repositories, path });
  const eventQueries = postgresEventQueries(db);
  const tail = new EventTail({ queries: eventQueries, session, onError: (error) => log.warn({ err: error }, 'event tail') });
  const feed: EventFeed = {
    newest: () => eventQueries.last(),
    follow: (filter, after, signal) => tail.follow({ ...filter, people: false }, after, signal),
  };
  const repos = reposService({
    db,
    store: postgresReposStore(),
    git,
    clock: systemClock,
    listener: { pushed: async (tx, push) => upwards.delivery?.pushed(tx, push) },
  });
  return {
    git,
    repos,
    tail,
    feed,
    eventQueries,
    agent: new AgentClient({ socketPath: agentSocket }),
    reposQueries: postgresReposQueries(db),
    catalog: postgresCatalogStore(),
    catalogQueries: postgresCatalogQueries(db),
  };
}

type Ground = ReturnType<typeof groundFloor>;

function runtimeRoom({ db, platform }: Foundation, ground: Ground, upwards: Upwards) {
  const store = postgresRuntimeStore();
  const queries = postgresRuntimeQueries(db);
  const driver = agentRuntime(ground.agent);
  const service = runtimeService({ store, platform, clock: systemClock });
  const releases = releaseSource(postgresDeliveryQueries(db), ground.catalogQueries);
  const listener = { changed: async (tx: Parameters<typeof service.place>[0], component: string) => upwards.paths?.wake(tx, component) };
  const intake = observationIntake({ db, store, listener });
  const reconcilers = [
    createPlacementReconciler({ db, queries, store, driver, releases, intake }),
    createTaskReconciler({ db, queries, store, driver, releases }),
    createExpiryReconciler(db, queries, service, systemClock),
  ];
  return { store, queries, driver, service, intake, reconcilers };
}

type RuntimeRoom = ReturnType<typeof runtimeRoom>;

function deliveryRoom(foundation: Foundation, ground: Ground, runtime: RuntimeRoom, upwards: Upwards) {
  const { db, platform, portalUrl, routerPort, capabilities } = foundation;
  const { git, agent, feed, catalog, catalogQueries } = ground;
  const queries = postgresDeliveryQueries(db);
  const store = postgresDeliveryStore();
  const listener = { runChanged: async (tx: Parameters<typeof runtime.service.place>[0], component: string) => upwards.paths?.wake(tx, component) };
  const service = deliveryService({ store, catalog, runtime: runtime.service, git, platform, clock: systemClock, listener });
  const archive = agentArchive({ agent, gitDirectory: git.directory });
  const runStore = postgresRunStore(db);
  const runners: StepRunners = {
    forRun: ({ component }, team) =>
      agentSteps({ agent, owner: { team, component }, gitDirectory: git.directory(component), resolve: async (ref) => resolveRef(await git.branches(component), ref) }),
  };
  const pipeline = workflowPipeline({ store: runStore, runners, capabilities, portalUrl });
  const cancellation = new RunCancellation(db);
  const reconcilers = [
    createRunReconciler({ db, queries, store, service, catalog: catalogQueries, git, platform, pipeline, archive, cancellation }),
    createCollectReconciler({ db, queries, store, runtime: runtime.queries, archive, platform }),
  ];
  const progress = pushProgress({ queries, runtime: runtime.queries, feed, platform, portalUrl, routerPort });
  return { queries, store, service, archive, cancellation, progress, reconcilers, runLog: runLog({ store: runStore, queries, feed, archive }) };
}

/** A branch by its short or full name, or a commit as it is. */
function resolveRef(branches: ReadonlyMap<string, string>, ref: string): string | undefined {
  return branches.get(ref.replace(/^refs\/heads\//, '')) ?? (/^[0-9a-f]{40}$/.test(ref) ? ref : undefined);
}

type DeliveryRoom = ReturnType<typeof deliveryRoom>;

function pathsRoom(foundation: Foundation, ground: Ground, runtime: RuntimeRoom, delivery: DeliveryRoom) {
  const { db, platform, portalUrl, routerPort, goldenPaths } = foundation;
  const { catalog, catalogQueries, git, repos } = ground;
  const scaffolder = folderScaffolder({ folder: goldenPaths, portalUrl });
  const store = postgresOperationsStore();
  const queries = postgresOperationsQueries(db);
  const clock = systemClock;
  const service = pathsService({ db, catalog, catalogQueries, runtime: runtime.queries, delivery: delivery.queries, store, queries, scaffolder, clock });
  const creation = { db, catalog, catalogQueries, git, repos, delivery: delivery.queries, runtime: runtime.queries, scaffolder, platform, clock, portalUrl, routerPort };
  const teardown = { db, catalog, runtime: runtime.service, runtimeQueries: runtime.queries, delivery: delivery.queries, deliveryStore: delivery.store, archive: delivery.archive, git };
  return { scaffolder, queries, service, reconcilers: [createOperationReconciler({ queries, store, creation, teardown })] };
}

/** The folder of bare repositories below the data directory. */
export const repositoriesFolder = (data: string): string => join(data, 'repositories');
