import type { ObservedRollout, Reason } from '@pltf/contracts';
import type { InstanceRecord, PlacementRecord } from './placement-record.ts';
import type { Step } from './rollout-step.ts';

type Cohort = PlacementRecord['cohorts'][number];

export const withInstance = (
  record: PlacementRecord,
  id: string,
  patch: Partial<InstanceRecord>,
): PlacementRecord => ({
  ...record,
  instances: record.instances.map((one) => (one.id === id ? { ...one, ...patch } : one)),
});

export const withCohort = (
  record: PlacementRecord,
  id: string,
  patch: Partial<Cohort>,
): PlacementRecord => ({
  ...record,
  cohorts: record.cohorts.map((one) => (one.id === id ? { ...one, ...patch } : one)),
});

export const withoutInstance = (record: PlacementRecord, id: string): PlacementRecord => ({
  ...record,
  instances: record.instances.filter((one) => one.id !== id),
  routed: record.routed.filter((one) => one !== id),
});

/**
 * The record as it is once a step is under way. It is on disk before anything is done; what is then to be
 * done can be read off it, so a later agent goes on from here.
 */
export function applyStep(record: PlacementRecord, step: Step, now: number): PlacementRecord {
  switch (step.do) {
    case 'start':
      return begun(record, step.cohort, step.count, now);
    case 'restart':
      return restarted(record, step.instance, now);
    case 'run-release-task':
      return withCohort(record, step.cohort, { releaseTask: 'running' });
    case 'hold':
      return { ...record, heldSince: now };
    case 'let-go':
      return { ...record, heldSince: undefined };
    case 'switch':
      return switched(record, step.cohort, step.instances, now);
    case 'route':
      return routed(record, step.instances, step.hosts);
    case 'unroute': {
      const routedHosts = record.desired.hosts;
      return { ...record, serving: undefined, routed: [], routedHosts, heldSince: undefined };
    }
    case 'drain': {
      const draining = withInstance(record, step.instance, {
        state: 'draining',
        after: step.after,
      });
      return { ...draining, routed: record.routed.filter((one) => one !== step.instance) };
    }
    case 'stop':
      return withInstance(record, step.instance, { state: 'stopping', after: undefined });
    default:
      return record;
  }
}

function begun(
  record: PlacementRecord,
  cohort: string,
  count: number,
  now: number,
): PlacementRecord {
  const { sequence, desired, instances } = record;
  const fresh = Array.from({ length: count }, (_, index) => ({
    id: `${desired.id}.${sequence + index + 1}`,
    cohort,
    state: 'starting' as const,
    cgroup: [],
    startedAt: now,
    restarts: 0,
    crashes: 0,
  }));
  return { ...record, sequence: sequence + count, instances: [...instances, ...fresh] };
}

function restarted(record: PlacementRecord, id: string, now: number): PlacementRecord {
  const restarts = (record.instances.find((one) => one.id === id)?.restarts ?? 0) + 1;
  return withInstance(record, id, {
    state: 'starting',
    restarts,
    startedAt: now,
    retryAt: undefined,
  });
}

function switched(
  record: PlacementRecord,
  id: string,
  instances: readonly string[],
  now: number,
): PlacementRecord {
  const { serving, rollout, desired } = record;
  const warmUntil = now + desired.keepWarmMs;
  const before =
    serving === undefined || serving === id ? record : withCohort(record, serving, { warmUntil });
  const after = withCohort(before, id, { established: true, warmUntil: undefined });
  const open = rollout !== undefined && rollout.finishedAt === undefined;
  const switchedAt = new Date(now).toISOString();
  return routed(
    { ...after, serving: id, ...(open ? { rollout: { ...rollout, switchedAt } } : {}) },
    instances,
    desired.hosts,
  );
}

function routed(
  record: PlacementRecord,
  ids: readonly string[],
  hosts: readonly string[],
): PlacementRecord {
  const instances = record.instances.map((one) =>
    ids.includes(one.id) && (one.state === 'warm' || one.state === 'draining')
      ? { ...one, state: 'healthy' as const, after: undefined }
      : one,
  );
  return { ...record, instances, routed: [...ids], routedHosts: [...hosts] };
}

/** The record with its rollout ended in this way. */
export function withRolloutEnded(
  record: PlacementRecord,
  step: 'done' | 'rolled-back' | 'failed',
  now: number,
  facts: { readonly reason?: Reason | undefined; readonly traffic: ObservedRollout['traffic'] },
): PlacementRecord {
  const { rollout } = record;
  if (rollout === undefined) return record;
  const finishedAt = new Date(now).toISOString();
  return { ...record, rollout: { ...rollout, ...facts, step, finishedAt } };
}

/** How a rollout ends whose cohort was given up: another cohort still serves, or none does. */
export const givenUpAs = (record: PlacementRecord, cohort: string): 'rolled-back' | 'failed' =>
  record.serving !== undefined && record.serving !== cohort ? 'rolled-back' : 'failed';
