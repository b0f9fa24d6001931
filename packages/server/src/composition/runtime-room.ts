import { AgentImages } from '../drivers/runtime/agent/agent-images.ts';
import { agentRuntime } from '../drivers/runtime/agent/agent-runtime.ts';
import { imageByDigest } from '../drivers/runtime/agent/image-digest.ts';
import { systemClock } from '../kernel/clock.ts';
import { postgresDeliveryQueries, releaseSource } from '../modules/delivery/index.ts';
import { postgresFleetWaves } from '../modules/fleet/index.ts';
import { wakeAudit } from '../modules/policy/index.ts';
import {
  createExpiryReconciler,
  createPlacementReconciler,
  createScheduleReconciler,
  createTaskReconciler,
  environmentsMoved,
  observationIntake,
  type PlacementListener,
  postgresRolloutLedger,
  postgresRuntimeQueries,
  postgresRuntimeStore,
  type RuntimeOpeners,
  type Runtimes,
  runtimeService,
  runtimesByName,
  WakeGathering,
  wakeEnvironments,
  wakePlacements,
} from '../modules/runtime/index.ts';
import { type ClusterNeeds, openGitops, openKubernetes } from './cluster-runtimes.ts';
import type { Foundation, Upwards } from './foundation.ts';
import type { Ground } from './ground-floor.ts';
import type { PolicyRoom } from './policy-room.ts';

/** Placements, rollouts, instances as observed, tasks. */
export function runtimeRoom(
  foundation: Foundation,
  ground: Ground,
  { goldenPaths }: PolicyRoom,
  upwards: Upwards,
) {
  const { db, platform, portalUrl, routerPort } = foundation;
  const store = postgresRuntimeStore();
  const queries = postgresRuntimeQueries(db);
  const repositoryUrl = (component: string) => `${portalUrl}/git/${component}.git`;
  const wakes = wakesOf(foundation);
  const images = new AgentImages({
    ...{ agent: ground.agent, repositoryUrl, resolve: imageByDigest, wake: wakes.wake },
    registryOf: (name) => platform.current().runtimes[name]?.registry,
  });
  const needs: ClusterNeeds = { foundation, ground, images, queries, wake: wakes.wake };
  const runtimes = runtimesByName(platform, openers(needs), systemClock);
  const waves = postgresFleetWaves(platform);
  const service = runtimeService({ store, platform, waves, clock: systemClock });
  const releases = releaseSource(postgresDeliveryQueries(db), ground.catalogQueries);
  const listener: PlacementListener = {
    changed: async (tx, component) => {
      wakeAudit(tx, component);
      await upwards.paths?.wake(tx, component);
      await upwards.fleet?.wake(tx);
    },
  };
  const intake = observationIntake({ db, store, listener });
  const agentIntake = observationIntake({
    ...{ db, store, listener },
    reportsOn: (name) => platform.current().runtimes[name]?.driver === 'agent',
  });
  const own = {
    ...{ db, platform, waves, repositoryUrl, routerPort },
    ...{ queries, store, runtimes, releases },
  };
  const reconcilers = [
    createPlacementReconciler({
      ...{ ...own, goldenPaths, intake, clock: systemClock, ledger: postgresRolloutLedger(db) },
    }),
    createTaskReconciler(own),
    createScheduleReconciler({ ...own, service, clock: systemClock }),
    createExpiryReconciler(db, queries, service, systemClock),
  ];
  const follow = () => {
    const unfollow = followPlatform(foundation, runtimes);
    return async (): Promise<void> => {
      await unfollow();
      await images[Symbol.asyncDispose]();
      await wakes.gathering[Symbol.asyncDispose]();
    };
  };
  return { store, queries, runtimes, service, intake, agentIntake, reconcilers, follow };
}

/** Opens runtimes as the platform file names them, and has what it moves looked at. Answers with how to stop. */
function followPlatform({ db, platform, log }: Foundation, runtimes: Runtimes) {
  const closed = runtimes.follow((runtime, error) => log.warn({ err: error, runtime }, 'runtime'));
  let before = platform.current();
  const unsubscribe = platform.subscribe(({ file }) => {
    const moved = environmentsMoved(before, file);
    before = file;
    wakeEnvironments(db, moved).catch((error: unknown) =>
      log.warn({ err: error, environments: moved }, 'waking what moves'),
    );
  });
  return async (): Promise<void> => {
    closed();
    unsubscribe();
    await runtimes[Symbol.asyncDispose]();
  };
}

/** What each driver of the platform file is opened with. */
const openers = (needs: ClusterNeeds): RuntimeOpeners => ({
  agent: () =>
    Promise.resolve({
      driver: agentRuntime(needs.ground.agent),
      lostSince: () => needs.ground.agentLost.since,
      [Symbol.asyncDispose]: () => Promise.resolve(),
    }),
  kubernetes: (name, rule) => openKubernetes(needs, name, rule),
  gitops: (name, rule) => openGitops(needs, name, rule),
});

/** How drivers have placements looked at: at once, gathered, or at a time. */
function wakesOf({ db, log }: Foundation) {
  const onError = (error: unknown): void => log.warn({ err: error }, 'waking placements');
  const gathering = new WakeGathering((ids) => wakePlacements(db, ids), onError);
  const wake = (placement: string, at?: Date): void => {
    if (at === undefined) gathering.add(placement);
    else wakePlacements(db, [placement], at).catch(onError);
  };
  return { gathering, wake };
}

export type RuntimeRoom = ReturnType<typeof runtimeRoom>;
