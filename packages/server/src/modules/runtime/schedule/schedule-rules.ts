import type { Spec } from '@pltf/contracts';
import { nextRun } from '@pltf/plan';

/** A turn that was missed by more than this is left out. Milliseconds. */
const lateMs = 5 * 60_000;
/** More turns than come due in that time. */
const mostMissed = 10;

export interface Due {
  /** The last time that has come and was not begun yet. */
  readonly turn: Date | undefined;
  readonly next: Date | undefined;
}

/** When a job runs by itself in an environment. Its previews are there to be tried: they run when somebody asks. */
export function scheduleIn(
  { schedules, schedule, environments }: Pick<Spec, 'environments' | 'schedule' | 'schedules'>,
  environment: string,
): string | undefined {
  if (!environments.includes(environment)) return undefined;
  return schedules?.[environment] ?? schedule;
}

/** What is due of a job, when everything until `since` is done; of several that were missed, the last. */
export function dueTurn(cron: string, since: Date, now: Date): Due {
  let turn: Date | undefined;
  let next = nextRun(cron, new Date(Math.max(since.getTime(), now.getTime() - lateMs)));
  for (let count = 0; next !== undefined && next <= now && count < mostMissed; count += 1) {
    turn = next;
    next = nextRun(cron, next);
  }
  return { turn, next };
}
