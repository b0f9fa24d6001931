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
