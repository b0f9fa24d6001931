import { fill, finish, overdue, restarts, waits } from './count-rules.ts';
import type { CohortRecord, PlacementRecord } from './placement-record.ts';
import { retire, stopping } from './retire-rules.ts';
import type { Step } from './rollout-step.ts';
import { alive, isOpen, leaving, type View, viewOf } from './rollout-view.ts';
import { replace } from './stop-first-rules.ts';
import { moveTraffic, tend, tendServing } from './traffic-rules.ts';

/** The next steps towards what is desired; empty when there is nothing to do but wait for events. */
export function nextSteps(record: PlacementRecord, now: number): readonly Step[] {
  const view = viewOf(record, now);
  if (record.removing || record.desired.state === 'stopped') return stopAll(view);
  const failing = giveUp(view);
  if (failing.length > 0) return failing;
  const { goal } = view;
  if (goal === undefined) return stopAll(view);
  const stopsFirst = goal.run.volume !== undefined;
  const steps = stopsFirst ? replace(view, goal) : surge(view, goal);
  return [...steps, ...overdue(view), ...restarts(view), ...waits(view)];
}

/** A cohort that was given up: its rollout ends here, once. */
function giveUp({ record }: View): readonly Step[] {
  const target = record.cohorts.find((cohort) => cohort.id === record.target);
  return target?.failure !== undefined && isOpen(record)
    ? [{ do: 'give-up', cohort: target.id }]
    : [];
}

/** New ones beside the old ones, then the traffic, then the old ones' end. */
function surge(view: View, goal: CohortRecord): readonly Step[] {
  const { record } = view;
  if (!goal.prepared) return [{ do: 'prepare', cohort: goal.id }, ...tendServing(view)];
  const steps: Step[] = [...fill(view, goal)];
  if (record.serving === goal.id) steps.push(...tend(view, goal));
  else steps.push(...moveTraffic(view, goal), ...tendServing(view));
  if (steps.some((step) => step.do === 'switch')) return steps;
  const retiring = retire(view, goal);
  steps.push(...retiring);
  return steps.length === 0 ? finish(view, goal) : steps;
}

/** Stopped, removed, or nothing left that could run: all instances end, in order. */
function stopAll(view: View): readonly Step[] {
  const { record } = view;
  const steps: Step[] = [];
  if (record.routed.length > 0 || record.serving !== undefined) steps.push({ do: 'unroute' });
  for (const instance of record.instances.filter(alive)) {
    if (!leaving(instance)) steps.push(stopping(instance));
  }
  const running = record.cohorts.some((cohort) => cohort.releaseTask === 'running');
  if (steps.length > 0 || record.instances.some(alive) || running) return steps;
  if (record.removing) return [{ do: 'forget' }];
  return isOpen(record) && record.desired.state === 'stopped' ? [{ do: 'finish' }] : [];
}
