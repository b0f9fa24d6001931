import { createHash } from 'node:crypto';
import type { DesiredPlacement, ObservedRollout, PlacedRelease, PlacedRun } from '@pltf/contracts';
import { type CohortRecord, cohortOf, type PlacementRecord } from './placement-record.ts';

/** Equal for releases that are run in the same way: their instances can take each other's place. */
export function cohortKey(
  release: PlacedRelease,
  run: PlacedRun,
  isolation?: CohortRecord['isolation'],
): string {
  const { drainMs: _drain, startTimeoutMs: _timeout, releaseCommand: _command, env, ...how } = run;
  const sorted = Object.entries(env).sort(([left], [right]) => (left < right ? -1 : 1));
  const fields = Object.entries(how).sort(([left], [right]) => (left < right ? -1 : 1));
  const apart = isolation === undefined || isolation === 'process' ? [] : [isolation];
  const text = JSON.stringify([release.id, release.digest, fields, sorted, ...apart]);
  return createHash('sha256').update(text).digest('hex').slice(0, 24);
}

/** The record with a new wish in it: its cohort chosen among those there are or begun, a rollout opened. */
export function acceptDesired(
  before: PlacementRecord | undefined,
  desired: DesiredPlacement,
  now: Date,
): PlacementRecord {
  const record: PlacementRecord = before ?? {
    version: 1,
    desired,
    sequence: 0,
    target: '',
    routed: [],
    routedHosts: [],
    cohorts: [],
    instances: [],
    releaseTasks: [],
    removing: false,
  };
  const key = cohortKey(desired.release, desired.run, desired.isolation);
  const found = reusable(record, key, desired.restarts);
  const sequence = record.sequence + (found === undefined ? 1 : 0);
  const target = found ?? beginCohort(record, desired, key, `c${sequence}`);
  const cohorts = record.cohorts.filter((cohort) => cohort.id !== target.id);
  const refreshed = { ...target, run: desired.run, release: desired.release };
  return {
    ...record,
    desired,
    sequence,
    target: target.id,
    cohorts: [...cohorts, refreshed],
    rollout: beginRollout(record, desired, now),
  };
}

/** A cohort that runs just this; the youngest when there are several. */
function reusable(record: PlacementRecord, key: string, restarts: number) {
  return record.cohorts
    .filter((cohort) => cohort.key === key && cohort.restarts >= restarts)
    .filter((cohort) => cohort.failure === undefined)
    .at(-1);
}

function beginCohort(
  record: PlacementRecord,
  desired: DesiredPlacement,
  key: string,
  id: string,
): CohortRecord {
  const { release, run } = desired;
  const due = run.releaseCommand !== undefined && !record.releaseTasks.includes(release.id);
  return {
    id,
    key,
    restarts: desired.restarts,
    release,
    run,
    ...(desired.isolation === undefined ? {} : { isolation: desired.isolation }),
    prepared: false,
    established: false,
    releaseTask: due ? 'wanted' : 'none',
    startFailures: 0,
  };
}

function beginRollout(
  record: PlacementRecord,
  desired: DesiredPlacement,
  now: Date,
): ObservedRollout {
  const serving = cohortOf(record, record.serving);
  return {
    revision: desired.revision,
    ...(serving === undefined ? {} : { from: serving.release }),
    to: desired.release,
    step: 'starting',
    startedAt: now.toISOString(),
  };
}

/** Cohorts that nothing points to any more are left out. */
export function withoutUnused(record: PlacementRecord): PlacementRecord {
  const used = new Set([
    record.target,
    record.serving,
    ...record.instances.map((one) => one.cohort),
  ]);
  const cohorts = record.cohorts.filter(
    (cohort) => used.has(cohort.id) || cohort.releaseTask === 'running',
  );
  return cohorts.length === record.cohorts.length ? record : { ...record, cohorts };
}
