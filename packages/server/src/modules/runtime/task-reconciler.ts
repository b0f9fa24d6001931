import type { Reconciler } from '../../engine/reconciler.ts';
import type { PlatformSource } from '../../kernel/platform-source.ts';
import { type Db, transact } from '../../persistence/transaction.ts';
import { scheduleReconciler, taskReconciler } from './loops.ts';
import { desiredPlacement, runtimeWay } from './placement/desired.ts';
import type { ReleaseSource } from './placement/placement.ts';
import { subject } from './placement/placement.ts';
import type { RuntimeQueries } from './runtime-queries.ts';
import type { RuntimeStore } from './runtime-store.ts';
import { type Runtimes, runtimeIn } from './runtimes.ts';
import { taskWords } from './task.ts';

export interface TaskReconcilerDependencies {
  readonly db: Db;
  readonly platform: PlatformSource;
  /** Where a component's repository is, for people and tools. */
  readonly repositoryUrl: (component: string) => string;
  readonly routerPort: number;
  readonly queries: RuntimeQueries;
  readonly store: RuntimeStore;
  readonly runtimes: Runtimes;
  readonly releases: ReleaseSource;
}

const passed = 0;
/** A pass waits for its task's end, which may be hours away: few at once would have all others wait for them. */
const tasksAtOnce = 64;

/** Starts a one-off task in the driver (the same id never starts twice) and writes down how it ended. */
export function createTaskReconciler({
  db,
  platform,
  repositoryUrl,
  routerPort,
  queries,
  store,
  runtimes,
  releases,
}: TaskReconcilerDependencies): Reconciler {
  return {
    name: taskReconciler,
    concurrency: tasksAtOnce,
    reconcile: async (id, signal) => {
      const task = await queries.task(id);
      if (task.state !== 'running') return undefined;
      const placement = await queries.findPlacement(task.placement);
      const source =
        placement === undefined
          ? undefined
          : await releases.toPlace(
              placement.component,
              placement.observed?.serving?.number ?? placement.release,
              placement.environment,
            );
      if (placement === undefined || source === undefined) {
        await transact(db, async (tx) => {
          await store.endTask(tx, id, {
            state: 'failed',
            exitCode: undefined,
            ended: 'placement-gone',
          });
        });
        return undefined;
      }
      const way = runtimeWay(platform.current(), placement, source, {
        repository: repositoryUrl(placement.component),
        routerPort,
      });
      const where = placement.runtime ?? runtimeIn(platform.current(), placement.environment);
      const isAgent = platform.current().runtimes[where]?.driver === 'agent';
      const { run, owner, isolation } = desiredPlacement(placement, source, way);
      const command = task.command.length === 0 ? run.command : [...task.command];
      const driver = await runtimes.of(placement);
      await driver.startTask(id, {
        owner,
        in: { release: source.release.digest },
        run: command === undefined ? { program: true } : { command },
        env: run.env,
        files: [],
        timeoutMs: task.timeoutMs,
        memoryMiB: run.memoryMiB,
        ...(isolation === undefined ? {} : { isolation }),
        // Where it has processes only, a task runs by itself.
        ...(isolation === undefined && isAgent ? {} : { placement: placement.id }),
      });
      const result = await driver.awaitTask(id, signal);
      const state = result.exitCode === passed ? 'passed' : 'failed';
      await transact(db, async (tx) => {
        const first = await store.endTask(tx, id, {
          state,
          exitCode: result.exitCode,
          ended: result.ended,
        });
        // The next turn of its job may wait for its end.
        if (task.due !== undefined) tx.wake(scheduleReconciler, placement.id);
        if (!first) return;
        const how = result.ended ?? `exit ${result.exitCode ?? result.signal ?? '?'}`;
        tx.tell({
          ...subject(placement),
          type: 'task-finished',
          actor: task.requestedBy,
          summary: `${taskWords(task.command)}: ${how}`,
          data: { task: id, state },
        });
      });
      return undefined;
    },
  };
}
