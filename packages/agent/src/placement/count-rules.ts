import type { CohortRecord, PlacementRecord } from './placement-record.ts';
import type { Step } from './rollout-step.ts';
import { counted, isOpen, ready, type View, wanted } from './rollout-view.ts';

/** Starts what is missing of a cohort. */
export function fill(view: View, cohort: CohortRecord): readonly Step[] {
  const missing = wanted(view.record, cohort) - view.of(cohort.id).filter(counted).length;
  return missing > 0 ? [{ do: 'start', cohort: cohort.id, count: missing }] : [];
}

/** The rollout is over when the wanted number serves and nothing of the old is on its way out. */
export function finish(view: View, goal: CohortRecord): readonly Step[] {
  const { record } = view;
  if (!isOpen(record)) return [];
  if (record.serving !== goal.id || goal.id !== record.target) return [];
  if (view.of(goal.id).filter(ready).length < wanted(record, goal)) return [];
  const busy = record.instances.some(
    ({ state }) => state === 'draining' || state === 'stopping' || state === 'starting',
  );
  return busy ? [] : [{ do: 'finish' }];
}

/** When a rollout to a cohort that had traffic before is over, whether or not all of it got healthy. */
const deadlineOf = ({ rollout, desired }: PlacementRecord) =>
  Date.parse(rollout?.startedAt ?? '') + 2 * desired.run.startTimeoutMs;

/**
 * More instances, or the same ones again after a stop, that do not get healthy: the rollout ends as failed and says
 * so, and the instances are still tried. A new release is given up instead, long before.
 */
export function overdue({ record, goal, of, now }: View): readonly Step[] {
  if (goal?.established !== true || !isOpen(record) || now < deadlineOf(record)) return [];
  return of(goal.id).filter(ready).length < wanted(record, goal) ? [{ do: 'overdue' }] : [];
}

/** Those whose pause after a crash is over. */
export function restarts(view: View): readonly Step[] {
  const { record, now } = view;
  const kept = new Set([view.goal?.id, record.serving]);
  return record.instances
    .filter(({ state, cohort }) => state === 'backoff' && kept.has(cohort))
    .filter(({ retryAt }) => (retryAt ?? 0) <= now)
    .map(({ id }) => ({ do: 'restart', instance: id }));
}

/** When to look again although nothing happens. */
export function waits({ record, goal, now }: View): readonly Step[] {
  const times: number[] = [];
  if (goal?.established === true && isOpen(record)) times.push(deadlineOf(record));
  for (const instance of record.instances) {
    if (instance.state === 'backoff') times.push(instance.retryAt ?? 0);
  }
  for (const cohort of record.cohorts) {
    const warm = record.instances.some(
      ({ cohort: id, state }) => id === cohort.id && state === 'warm',
    );
    if (warm && cohort.warmUntil !== undefined) times.push(cohort.warmUntil);
  }
  const coming = times.filter((time) => time > now);
  return coming.length === 0 ? [] : [{ do: 'wait', until: Math.min(...coming) }];
}
