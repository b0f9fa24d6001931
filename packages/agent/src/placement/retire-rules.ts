import type { CohortRecord, InstanceRecord } from './placement-record.ts';
import type { Step } from './rollout-step.ts';
import { counted, ready, type View, wanted } from './rollout-view.ts';

/** What of other cohorts, and what of the goal beyond the wanted number, has to go. */
export function retire(view: View, goal: CohortRecord): readonly Step[] {
  const { record } = view;
  const steps: Step[] = [];
  for (const cohort of record.cohorts) {
    if (cohort.id === goal.id || cohort.id === record.serving) continue;
    for (const instance of view.of(cohort.id))
      steps.push(...retireOne(view, cohort, instance, goal));
  }
  if (record.serving !== goal.id) return steps;
  for (const instance of view.of(goal.id)) {
    const replaced = instance.state === 'unhealthy' && hasOther(view, goal);
    if (replaced) steps.push({ do: 'drain', instance: instance.id, after: 'stop' });
  }
  return [...steps, ...surplus(view, goal)];
}

const hasOther = (view: View, goal: CohortRecord) =>
  view.of(goal.id).filter(ready).length >= wanted(view.record, goal);

function retireOne(
  view: View,
  cohort: CohortRecord,
  instance: InstanceRecord,
  goal: CohortRecord,
): readonly Step[] {
  const keep = mayStayWarm(view, cohort, goal);
  switch (instance.state) {
    case 'healthy':
      return [{ do: 'drain', instance: instance.id, after: keep ? 'warm' : 'stop' }];
    case 'warm':
      return keep ? [] : [{ do: 'stop', instance: instance.id }];
    case 'unhealthy':
      return [{ do: 'drain', instance: instance.id, after: 'stop' }];
    case 'starting':
    case 'backoff':
      return [{ do: 'stop', instance: instance.id }];
    default:
      return [];
  }
}

/**
 * One earlier release stays warm: not a worker (it would go on working), not beside a volume, not the same
 * release run another way, and only until its time is over.
 */
function mayStayWarm({ record, now }: View, cohort: CohortRecord, goal: CohortRecord): boolean {
  if (!cohort.run.serves || cohort.run.volume !== undefined) return false;
  if (!cohort.established || cohort.failure !== undefined) return false;
  if (record.desired.keepWarmMs <= 0 || cohort.release.id === goal.release.id) return false;
  if (cohort.warmUntil !== undefined && cohort.warmUntil <= now) return false;
  const earlier = record.cohorts.filter(
    ({ id, established, run }) => id !== goal.id && established && run.serves,
  );
  const latest = earlier.reduce<CohortRecord | undefined>(
    (best, one) => ((one.warmUntil ?? 0) >= (best?.warmUntil ?? 0) ? one : best),
    undefined,
  );
  return latest?.id === cohort.id;
}

/** More than wanted: first those that are least use, of equals the youngest. */
export function surplus(view: View, goal: CohortRecord): readonly Step[] {
  const own = view.of(goal.id).filter(counted);
  const extra = own.length - wanted(view.record, goal);
  if (extra <= 0) return [];
  const use = (instance: InstanceRecord) => (ready(instance) ? 1 : 0);
  const order = own
    .map((instance, index) => ({ instance, index }))
    .sort((left, right) => use(left.instance) - use(right.instance) || right.index - left.index);
  return order.slice(0, extra).map(({ instance }) => stopping(instance));
}

/** A ready instance finishes its requests first; another has none. */
export const stopping = (instance: InstanceRecord): Step =>
  ready(instance) || instance.state === 'unhealthy'
    ? { do: 'drain', instance: instance.id, after: 'stop' }
    : { do: 'stop', instance: instance.id };
