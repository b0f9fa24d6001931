import type { CohortRecord, PlacementRecord } from './placement-record.ts';
import type { Step } from './rollout-step.ts';
import { ready, type View, wanted } from './rollout-view.ts';

/** The old cohort keeps its traffic on those that answer while the new one gets ready. */
export function tendServing(view: View): readonly Step[] {
  const { record } = view;
  const serving = record.cohorts.find((cohort) => cohort.id === record.serving);
  const { routedHosts } = record;
  return serving === undefined ? [] : routeTo(view, serving, Number.POSITIVE_INFINITY, routedHosts);
}

/** The route of the cohort that has the traffic follows its instances. */
export function tend(view: View, cohort: CohortRecord): readonly Step[] {
  return routeTo(view, cohort, wanted(view.record, cohort), view.record.desired.hosts);
}

/** The route names the healthy instances; when none is, the unhealthy ones rather than nobody. */
function routeTo(
  view: View,
  cohort: CohortRecord,
  most: number,
  hosts: readonly string[],
): readonly Step[] {
  const own = view.of(cohort.id);
  const healthy = own.filter(ready);
  const chosen = healthy.length > 0 ? healthy : own.filter(({ state }) => state === 'unhealthy');
  const ids = chosen.slice(0, most).map((instance) => instance.id);
  const woken = chosen.slice(0, most).some((instance) => instance.state !== 'healthy');
  const { routed, routedHosts } = view.record;
  const moved = !sameMembers(ids, routed) || !sameMembers(hosts, routedHosts);
  const asleep = healthy.length > 0 && woken;
  return moved || asleep ? [{ do: 'route', instances: ids, hosts }] : [];
}

/** Another cohort of the same release may have run it meanwhile. */
export const needsCommand = (record: PlacementRecord, { releaseTask, release }: CohortRecord) =>
  releaseTask === 'wanted' && !record.releaseTasks.includes(release.id);

/** All of the wanted number ready, the release command run: then the traffic moves at once. */
export function moveTraffic(view: View, goal: CohortRecord): readonly Step[] {
  const { record } = view;
  const count = wanted(record, goal);
  const able = view.of(goal.id).filter(ready);
  if (able.length < count) return [];
  if (record.cohorts.some((cohort) => cohort.releaseTask === 'running')) return [];
  if (needsCommand(record, goal)) return [{ do: 'run-release-task', cohort: goal.id }];
  const instances = able.slice(0, count).map((instance) => instance.id);
  return [{ do: 'switch', cohort: goal.id, instances }];
}

function sameMembers(left: readonly string[], right: readonly string[]): boolean {
  return left.length === right.length && left.every((id) => right.includes(id));
}
