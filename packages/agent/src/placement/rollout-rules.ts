import type { CohortRecord, InstanceRecord, PlacementRecord } from './placement-record.ts';

/** What to do next. Carrying one out changes the record, after which the rules are asked again. */
export type Step =
  | { readonly do: 'prepare'; readonly cohort: string }
  | { readonly do: 'start'; readonly cohort: string; readonly count: number }
  | { readonly do: 'restart'; readonly instance: string }
  | { readonly do: 'run-release-task'; readonly cohort: string }
  | { readonly do: 'hold' }
  | { readonly do: 'let-go' }
  | { readonly do: 'switch'; readonly cohort: string; readonly instances: readonly string[] }
  | {
      readonly do: 'route';
      readonly instances: readonly string[];
      readonly hosts: readonly string[];
    }
  | { readonly do: 'unroute' }
  | { readonly do: 'drain'; readonly instance: string; readonly after: 'warm' | 'stop' }
  | { readonly do: 'stop'; readonly instance: string }
  | { readonly do: 'give-up'; readonly cohort: string }
  | { readonly do: 'finish' }
  | { readonly do: 'forget' }
  | { readonly do: 'wait'; readonly until: number };

const gone: ReadonlySet<string> = new Set(['exited']);
/** Ends by itself; nothing is to be begun with it. */
const leaving = (instance: InstanceRecord) =>
  instance.state === 'stopping' || (instance.state === 'draining' && instance.after === 'stop');
const alive = (instance: InstanceRecord) => !gone.has(instance.state);
/** Runs, answers, and can have traffic at once. */
const ready = (instance: InstanceRecord) =>
  instance.state === 'healthy' ||
  instance.state === 'warm' ||
  (instance.state === 'draining' && instance.after === 'warm');
/** Stands for one of the wanted number. */
const counted = (instance: InstanceRecord) =>
  alive(instance) && !leaving(instance) && instance.state !== 'unhealthy';

interface View {
  readonly record: PlacementRecord;
  readonly now: number;
  /** The cohort that is to have the traffic: the wanted one, or after its failure the one before. */
  readonly goal: CohortRecord | undefined;
  readonly of: (cohort: string | undefined) => readonly InstanceRecord[];
}

/** The next steps towards what is desired; empty when there is nothing to do but wait for events. */
export function nextSteps(record: PlacementRecord, now: number): readonly Step[] {
  const of = (cohort: string | undefined) =>
    record.instances.filter((instance) => instance.cohort === cohort && alive(instance));
  const view: View = { record, now, goal: goalOf(record), of };
  if (record.removing || record.desired.state === 'stopped') return stopAll(view);
  const failing = giveUp(view);
  if (failing.length > 0) return failing;
  const { goal } = view;
  if (goal === undefined) return stopAll(view);
  const stopsFirst = goal.run.volume !== undefined;
  const steps = stopsFirst ? replace(view, goal) : surge(view, goal);
  return [...steps, ...restarts(view), ...waits(view)];
}

function goalOf(record: PlacementRecord): CohortRecord | undefined {
  const find = (id: string | undefined) => record.cohorts.find((cohort) => cohort.id === id);
  const target = find(record.target);
  if (target !== undefined && target.failure === undefined) return target;
  const serving = find(record.serving);
  return serving?.failure === undefined ? serving : undefined;
}

/** How many instances are wanted: a volume has one writer. */
const wanted = (record: PlacementRecord, cohort: CohortRecord) =>
  cohort.run.volume === undefined ? record.desired.instances : 1;

/** A cohort that was given up: its rollout ends here, once. */
function giveUp({ record }: View): readonly Step[] {
  const target = record.cohorts.find((cohort) => cohort.id === record.target);
  const open = record.rollout !== undefined && record.rollout.finishedAt === undefined;
  return target?.failure !== undefined && open ? [{ do: 'give-up', cohort: target.id }] : [];
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

/** Starts what is missing of a cohort. */
function fill(view: View, cohort: CohortRecord): readonly Step[] {
  const missing = wanted(view.record, cohort) - view.of(cohort.id).filter(counted).length;
  return missing > 0 ? [{ do: 'start', cohort: cohort.id, count: missing }] : [];
}

/** The old cohort keeps its traffic on those that answer while the new one gets ready. */
function tendServing(view: View): readonly Step[] {
  const { record } = view;
  const serving = record.cohorts.find((cohort) => cohort.id === record.serving);
  const { routedHosts } = record;
  return serving === undefined ? [] : routeTo(view, serving, Number.POSITIVE_INFINITY, routedHosts);
}

function tend(view: View, cohort: CohortRecord): readonly Step[] {
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
const needsCommand = (record: PlacementRecord, { releaseTask, release }: CohortRecord) =>
  releaseTask === 'wanted' && !record.releaseTasks.includes(release.id);

/** All of the wanted number ready, the release command run: then the traffic moves at once. */
function moveTraffic(view: View, goal: CohortRecord): readonly Step[] {
  const { record } = view;
  const count = wanted(record, goal);
  const able = view.of(goal.id).filter(ready);
  if (able.length < count) return [];
  if (record.cohorts.some((cohort) => cohort.releaseTask === 'running')) return [];
  if (needsCommand(record, goal)) return [{ do: 'run-release-task', cohort: goal.id }];
  const instances = able.slice(0, count).map((instance) => instance.id);
  return [{ do: 'switch', cohort: goal.id, instances }];
}

/** What of other cohorts, and what of the goal beyond the wanted number, has to go. */
function retire(view: View, goal: CohortRecord): readonly Step[] {
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
function surplus(view: View, goal: CohortRecord): readonly Step[] {
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
const stopping = (instance: InstanceRecord): Step =>
  ready(instance) || instance.state === 'unhealthy'
    ? { do: 'drain', instance: instance.id, after: 'stop' }
    : { do: 'stop', instance: instance.id };

/** For what cannot run twice: requests wait at the router while the old one ends and the new one starts. */
function replace(view: View, goal: CohortRecord): readonly Step[] {
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
  const open = record.rollout !== undefined && record.rollout.finishedAt === undefined;
  return open && record.desired.state === 'stopped' ? [{ do: 'finish' }] : [];
}

/** Those whose pause after a crash is over. */
function restarts(view: View): readonly Step[] {
  const { record, now } = view;
  const kept = new Set([view.goal?.id, record.serving]);
  return record.instances
    .filter(({ state, cohort }) => state === 'backoff' && kept.has(cohort))
    .filter(({ retryAt }) => (retryAt ?? 0) <= now)
    .map(({ id }) => ({ do: 'restart', instance: id }));
}

/** When to look again although nothing happens. */
function waits({ record, now }: View): readonly Step[] {
  const times: number[] = [];
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

/** The rollout is over when the wanted number serves and nothing of the old is on its way out. */
function finish(view: View, goal: CohortRecord): readonly Step[] {
  const { record } = view;
  const { rollout } = record;
  if (rollout === undefined || rollout.finishedAt !== undefined) return [];
  if (record.serving !== goal.id || goal.id !== record.target) return [];
  if (view.of(goal.id).filter(ready).length < wanted(record, goal)) return [];
  const busy = record.instances.some(
    ({ state }) => state === 'draining' || state === 'stopping' || state === 'starting',
  );
  return busy ? [] : [{ do: 'finish' }];
}

function sameMembers(left: readonly string[], right: readonly string[]): boolean {
  return left.length === right.length && left.every((id) => right.includes(id));
}
