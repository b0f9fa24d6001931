import { readdir, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { PlatformPath } from '@pltf/contracts';
import { builtinPlatformGit } from '../drivers/git/builtin/platform-git.ts';
import { containerEngine } from '../drivers/runtime/agent/container-engine.ts';
import { servePlatformGit } from '../http/serve-platform-git.ts';
import { systemClock } from '../kernel/clock.ts';
import { placedReleases } from '../modules/delivery/index.ts';
import {
  createPlatformReconciler,
  LivePlatform,
  type PlatformServiceDependencies,
  platformKey,
  platformPushes,
  platformReconciler,
  platformRoutes,
  platformService,
  platformSync,
  postgresPlatformQueries,
  postgresPlatformStore,
} from '../modules/platform/index.ts';
import { occupiedRuntimes } from '../modules/runtime/index.ts';
import { type Db, transact } from '../persistence/transaction.ts';
import type { Foundation } from './foundation.ts';
import type { Ground } from './ground-floor.ts';

/** What a runtime of the platform file can name as its driver. */
const drivers = ['agent', 'kubernetes', 'gitops'] as const;

/** The platform in force: the operator's file where there is one, else what PostgreSQL says. */
export async function openPlatform(
  db: Db,
  operatorFile: string | undefined,
): Promise<LivePlatform> {
  const operator =
    operatorFile === undefined
      ? undefined
      : { path: operatorFile, files: await operatorFiles(operatorFile) };
  return LivePlatform.open(postgresPlatformQueries(db), operator);
}

/** The file, and the guardrails in the folder beside it. */
async function operatorFiles(path: string): Promise<Readonly<Record<string, string>>> {
  const folder = join(dirname(path), 'guardrails');
  const names = await readdir(folder).catch(() => []);
  const paths = names.map((name) => `guardrails/${name}`);
  const documents = await Promise.all(
    paths
      .filter((name) => PlatformPath.safeParse(name).success)
      .map(async (name) => [name, await readFile(join(dirname(path), name), 'utf8')] as const),
  );
  return Object.fromEntries([['platform.yaml', await readFile(path, 'utf8')], ...documents]);
}

/** The platform as code: planned, changed, kept in its own repository. */
export function platformRoom(foundation: Foundation, ground: Ground) {
  const { db, session, log, platform: live, path, portalUrl, kubeconfig } = foundation;
  const onError = (error: unknown): void => log.warn({ err: error }, 'platform');
  const queries = postgresPlatformQueries(db);
  const git = builtinPlatformGit({ git: ground.git, path });
  const docker = () => containerEngine(ground.agent);
  const dependencies: PlatformServiceDependencies = {
    ...{
      db,
      store: postgresPlatformStore(),
      queries,
      live,
      git,
      drivers,
      docker,
      clock: systemClock,
    },
    running: placedReleases(db),
    occupied: () => occupiedRuntimes(db),
  };
  const service = platformService(dependencies);
  const sync = platformSync(dependencies, service);
  const pushes = platformPushes(dependencies, service, sync);
  const refresh = (): void => void live.refresh().catch(onError);
  return {
    handlers: platformRoutes({
      ...{ service, live, queries, drivers, docker, portalUrl },
      // Loaded when somebody asks: most platforms have no cluster.
      checkCluster: async (context, signal) => {
        const { checkCluster } = await import('../drivers/cluster/http/check-access.ts');
        return checkCluster({ name: context, context, kubeconfig }, signal);
      },
    }),
    reconcilers: [createPlatformReconciler(sync)],
    serveGit: servePlatformGit({ db, git, pushes, onError, ensure: service.ensureRepository }),
    /** Takes over what other servers change, and has what a kill cut in two brought to its end. */
    follow: async (): Promise<void> => {
      session.on('platform', refresh);
      session.on('up', refresh);
      await transact(db, async (tx) => {
        tx.wake(platformReconciler, platformKey);
        await Promise.resolve();
      });
    },
  };
}
