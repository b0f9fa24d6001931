import type {
  ObservedInstance,
  ObservedPlacement,
  ObservedRollout,
  PlacedRelease,
  Traffic,
} from '@pltf/contracts';
import type { RequestCounts } from '../router/placement-counters.ts';
import { cohortOf, type InstanceRecord, type PlacementRecord } from './placement-record.ts';
import { wanted } from './rollout-view.ts';

const instant = (time: number) => new Date(time).toISOString();
const isReady = ({ state }: InstanceRecord) => state === 'healthy';

const noTraffic: Traffic = {
  requests: 0,
  errors: 0,
  failures: 0,
  slowestMs: 0,
  p50Ms: 0,
  p95Ms: 0,
  p99Ms: 0,
};

export function trafficOf(counts: RequestCounts | undefined): Traffic {
  if (counts === undefined) return noTraffic;
  const { requests, errors, failures, slowestMs, p50Ms, p95Ms, p99Ms } = counts;
  return { requests, errors, failures, slowestMs, p50Ms, p95Ms, p99Ms };
}

/** The rollout's step, read off the record: it is never kept apart from what is true. */
export function rolloutStep(record: PlacementRecord): ObservedRollout['step'] {
  const { instances, cohorts, target, serving, rollout, heldSince } = record;
  if (rollout?.finishedAt !== undefined) return rollout.step;
  if (cohorts.some((cohort) => cohort.releaseTask === 'running')) return 'release-task';
  const leaving = instances.some(({ state }) => state === 'draining' || state === 'stopping');
  if (heldSince !== undefined && leaving) return 'holding';
  const own = instances.filter((instance) => instance.cohort === target);
  if (own.length === 0) {
    const { isolation, prepared } = cohortOf(record, target) ?? {};
    if (isolation === 'docker' && prepared !== true) return 'image';
    return leaving ? 'draining' : 'starting';
  }
  if (!own.every(isReady)) return 'waiting-healthy';
  if (serving !== target) return 'switching';
  return 'draining';
}

function phaseOf(record: PlacementRecord): ObservedPlacement['phase'] {
  const { desired, instances, rollout, serving, removing } = record;
  if (removing) return 'removing';
  if (rollout !== undefined && rollout.finishedAt === undefined) return 'rolling';
  if (desired.state === 'stopped') return 'stopped';
  if (serving === undefined) return 'failed';
  const count = wanted(record, desired);
  if (count === 0) return 'running';
  const ready = instances.filter((one) => one.cohort === serving && isReady(one)).length;
  if (ready === 0) return 'failed';
  return ready < count ? 'degraded' : 'running';
}

/**
 * What the server and people see of a placement. `routed` are the instances that the router really has: one that
 * is healthy but not there yet is still starting for everybody else.
 */
export function observe(
  known: PlacementRecord,
  routed: ReadonlySet<string>,
  counts: RequestCounts | undefined,
  now: number,
): ObservedPlacement {
  const record = seenThrough(known, routed);
  const { rollout, serving } = record;
  const release = cohortOf(record, serving)?.release;
  return {
    id: record.desired.id,
    revision: record.desired.revision,
    phase: phaseOf(record),
    ...(release === undefined ? {} : { serving: release }),
    warm: warmReleases(record),
    instances: record.instances.map((instance) => observeInstance(record, instance)),
    ...(rollout === undefined ? {} : { rollout: { ...rollout, step: rolloutStep(record) } }),
    leftovers: record.removing ? leftoversOf(record) : [],
    traffic: trafficOf(counts),
    at: instant(now),
  };
}

function seenThrough(record: PlacementRecord, routed: ReadonlySet<string>): PlacementRecord {
  if (!record.desired.run.serves) return record;
  const instances = record.instances.map((one) =>
    one.cohort === record.serving && one.state === 'healthy' && !routed.has(one.id)
      ? { ...one, state: 'starting' as const }
      : one,
  );
  return { ...record, instances };
}

function observeInstance(record: PlacementRecord, instance: InstanceRecord): ObservedInstance {
  const { process, container, port, startedAt, lastExit } = instance;
  return {
    id: instance.id,
    release: cohortOf(record, instance.cohort)?.release.number ?? 0,
    state: instance.state,
    ...(process === undefined ? {} : { pid: process.pid }),
    ...(container === undefined ? {} : { container }),
    ...(port === undefined ? {} : { port }),
    ...(startedAt === undefined ? {} : { startedAt: instant(startedAt) }),
    restarts: instance.restarts,
    ...(lastExit === undefined ? {} : { lastExit }),
  };
}

function warmReleases(record: PlacementRecord): PlacedRelease[] {
  return record.cohorts
    .filter((cohort) =>
      record.instances.some(({ cohort: id, state }) => id === cohort.id && state === 'warm'),
    )
    .map((cohort) => cohort.release);
}

function leftoversOf(record: PlacementRecord): string[] {
  const left = record.instances.map(({ id, state }) => `instance ${id} (${state})`);
  const command = record.cohorts.some((cohort) => cohort.releaseTask === 'running');
  return [...left, ...(command ? ['the release command that runs'] : []), 'files'];
}
