import { agentRuntime } from '../drivers/runtime/agent/agent-runtime.ts';
import { systemClock } from '../kernel/clock.ts';
import { postgresDeliveryQueries, releaseSource } from '../modules/delivery/index.ts';
import { wakeAudit } from '../modules/policy/index.ts';
import {
  createExpiryReconciler,
  createPlacementReconciler,
  createTaskReconciler,
  environmentsMoved,
  observationIntake,
  type PlacementListener,
  postgresRuntimeQueries,
  postgresRuntimeStore,
  type RuntimeOpeners,
  type Runtimes,
  runtimeService,
  runtimesByName,
  wakeEnvironments,
} from '../modules/runtime/index.ts';
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
  const { db, platform, portalUrl } = foundation;
  const store = postgresRuntimeStore();
  const queries = postgresRuntimeQueries(db);
  const runtimes = runtimesByName(platform, openers(ground), systemClock);
  const service = runtimeService({ store, platform, clock: systemClock });
  const releases = releaseSource(postgresDeliveryQueries(db), ground.catalogQueries);
  const listener: PlacementListener = {
    changed: async (tx, component) => {
      wakeAudit(tx, component);
      await upwards.paths?.wake(tx, component);
      await upwards.fleet?.wake(tx);
    },
  };
  const intake = observationIntake({ db, store, listener });
  const repositoryUrl = (component: string) => `${portalUrl}/git/${component}.git`;
  const agentIntake = observationIntake({
    ...{ db, store, listener },
    reportsOn: (name) => platform.current().runtimes[name]?.driver === 'agent',
  });
  const own = { db, platform, repositoryUrl, queries, store, runtimes, releases };
  const reconcilers = [
    createPlacementReconciler({
      ...{ ...own, goldenPaths, intake, clock: systemClock, history: platform },
    }),
    createTaskReconciler(own),
    createExpiryReconciler(db, queries, service, systemClock),
  ];
  const follow = () => followPlatform(foundation, runtimes);
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
const openers = ({ agent, agentLost }: Ground): RuntimeOpeners => ({
  agent: () =>
    Promise.resolve({
      driver: agentRuntime(agent),
      lostSince: () => agentLost.since,
      [Symbol.asyncDispose]: () => Promise.resolve(),
    }),
});

export type RuntimeRoom = ReturnType<typeof runtimeRoom>;
