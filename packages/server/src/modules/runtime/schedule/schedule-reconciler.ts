import type { Reconciler } from '../../../engine/reconciler.ts';
import type { Clock } from '../../../kernel/clock.ts';
import { platformActor } from '../../../kernel/events.ts';
import { type Db, transact } from '../../../persistence/transaction.ts';
import { scheduleReconciler } from '../loops.ts';
import type { ReleaseSource } from '../placement/placement.ts';
import type { RuntimeQueries } from '../runtime-queries.ts';
import type { RuntimeService } from '../runtime-service.ts';
import type { Runtimes } from '../runtimes.ts';
import { dueTurn, scheduleIn } from './schedule-rules.ts';

export interface ScheduleReconcilerDependencies {
  readonly db: Db;
  readonly queries: RuntimeQueries;
  readonly runtimes: Pick<Runtimes, 'of'>;
  readonly releases: ReleaseSource;
  readonly service: Pick<RuntimeService, 'startTask'>;
  readonly clock: Clock;
}

const longestTurnMs = 24 * 3_600_000;

/**
 * Starts jobs at their times where the runtime does not: once for each time, none while the one before still runs, and
 * none that was missed by more than five minutes.
 */
export function createScheduleReconciler({
  db,
  queries,
  runtimes,
  releases,
  service,
  clock,
}: ScheduleReconcilerDependencies): Reconciler {
  return {
    name: scheduleReconciler,
    concurrency: 4,
    reconcile: async (id) => {
      const placement = await queries.findPlacement(id);
      if (placement === undefined || placement.state === 'removing') return undefined;
      if (placement.runState === 'stopped') return undefined;
      const { component, environment, observed, createdAt } = placement;
      const release = observed?.serving?.number ?? placement.release;
      const source = await releases.toPlace(component, release, environment);
      const cron = source === undefined ? undefined : scheduleIn(source.spec, environment);
      if (cron === undefined) return undefined;
      if ((await runtimes.of(placement)).schedules === true) return undefined;
      const last = (await queries.lastTurns([id])).get(id);
      const rollout = (await queries.latestRollouts([id])).get(id);
      const since = latest(last?.due, rollout?.startedAt, createdAt);
      const { turn, next } = dueTurn(cron, since, clock.now());
      const isFree = last?.state !== 'running';
      if (turn !== undefined && isFree && observed?.serving !== undefined) {
        const task = { placement, command: [], timeoutMs: longestTurnMs, actor: platformActor };
        await transact(db, (tx) => service.startTask(tx, { ...task, due: turn }));
      }
      return next === undefined ? undefined : { again: next };
    },
  };
}

const latest = (...times: readonly (Date | undefined)[]): Date =>
  new Date(Math.max(0, ...times.map((time) => time?.getTime() ?? 0)));
