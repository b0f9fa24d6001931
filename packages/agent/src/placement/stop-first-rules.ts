import { fill, finish } from './count-rules.ts';
import type { CohortRecord, InstanceRecord } from './placement-record.ts';
import { stopping, surplus } from './retire-rules.ts';
import type { Step } from './rollout-step.ts';
import { alive, leaving, ready, type View } from './rollout-view.ts';
import { needsCommand, tend, tendServing } from './traffic-rules.ts';

/** For what cannot run twice: requests wait at the router while the old one ends and the new one starts. */
export function replace(view: View, goal: CohortRecord): readonly Step[] {
  const { record } = view;
  if (!goal.prepared) return [{ do: 'prepare', cohort: goal.id }, ...tendServing(view)];
  const own = view.of(goal.id).filter((instance) => !leaving(instance));
  const others = record.instances.filter(
    (instance) => alive(instance) && (instance.cohort !== goal.id || leaving(instance)),
  );
  if (others.length > 0) return clear(view, others);
  if (record.serving === goal.id) {
    const steps = [...tend(view, goal), ...surplus(view, goal)];
    if (steps.length > 0) return steps;
    if (own.some(ready)) {
      return record.heldSince === undefined ? finish(view, goal) : [{ do: 'let-go' }];
    }
  }
  const sick = own.filter(({ state }) => state === 'unhealthy');
  if (sick.length > 0) return clear(view, sick);
  if (own.some(ready)) {
    return [{ do: 'switch', cohort: goal.id, instances: own.filter(ready).map(({ id }) => id) }];
  }
  if (record.cohorts.some((cohort) => cohort.releaseTask === 'running')) return [];
  if (needsCommand(record, goal)) return [{ do: 'run-release-task', cohort: goal.id }];
  return fill(view, goal);
}

/** Holds the requests, then ends instances, those with requests in flight after these. */
function clear(view: View, instances: readonly InstanceRecord[]): readonly Step[] {
  const steps: Step[] = [];
  const routed = view.record.routed.length > 0;
  if (routed && view.record.heldSince === undefined) steps.push({ do: 'hold' });
  for (const instance of instances) {
    if (!leaving(instance)) steps.push(stopping(instance));
  }
  return steps;
}
