import type {
  DriftedField,
  ObservedPlacement,
  ObservedRollout,
  PlacementNote,
} from '@pltf/contracts';
import type { RolloutRecord, RolloutStage } from '../../../../modules/runtime/index.ts';
import { ended, isPaused, servingOf, targetOf } from '../rollout/rollout-accept.ts';
import type { Sight } from '../rollout/rollout-sight.ts';
import { observedInstances } from './observed-instances.ts';

/** What a pass found beside the record and the cache. */
export interface Findings {
  readonly notes: readonly PlacementNote[];
  readonly drift: readonly DriftedField[];
  /** Objects that had been deleted, and were put back. */
  readonly restored: readonly string[];
}

export const nothingFound: Findings = { notes: [], drift: [], restored: [] };

const steps: Readonly<Record<RolloutStage, ObservedRollout['step']>> = {
  'image': 'image',
  'surroundings': 'starting',
  'release-task': 'release-task',
  'workload': 'starting',
  'healthy': 'waiting-healthy',
  'draining': 'draining',
  'returning': 'waiting-healthy',
  'done': 'done',
  'committed': 'committed',
  'rolled-back': 'rolled-back',
  'failed': 'failed',
};

const instant = (ms: number): string => new Date(ms).toISOString();

/** A placement as everybody else sees it. Pure. */
export function observedPlacement(
  record: RolloutRecord,
  sight: Sight,
  { notes, drift, restored }: Findings,
): ObservedPlacement {
  const { desired, object } = record.current.wanted;
  const serving = servingOf(record)?.wanted.desired.release;
  const { memoryMiB } = (targetOf(record)?.accepted ?? record.current).wanted.object.spec.run;
  return {
    id: desired.id,
    revision: desired.revision,
    phase: phaseOf(record, sight),
    ...(serving === undefined || object.spec.kind === 'resource' ? {} : { serving }),
    warm: [],
    instances: observedInstances(sight.pods, memoryMiB),
    rollout: observedRollout(record),
    leftovers: [],
    ...(notes.length === 0 ? {} : { notes: [...notes] }),
    ...(drift.length === 0 ? {} : { drift: [...drift] }),
    ...lastTurn(sight),
    ...(restored.length === 0 ? {} : { restored: [...restored] }),
    at: instant(sight.now),
  };
}

/** When the cluster began a turn of the job last. */
function lastTurn({ workloadSeen }: Sight): Pick<ObservedPlacement, 'lastTurn'> {
  const at = workloadSeen?.status.lastSchedule;
  return at === undefined ? {} : { lastTurn: new Date(at).toISOString() };
}

/** How far a rollout is, for everybody. Pure. */
export function observedRollout(record: RolloutRecord): ObservedRollout {
  const { current, from, stage, startedAt, switchedAt, finishedAt, reason } = record;
  const { revision, release } = current.wanted.desired;
  return {
    revision,
    ...(from === undefined ? {} : { from }),
    to: release,
    step: isPaused(record) ? 'holding' : steps[stage],
    startedAt: instant(startedAt),
    ...(switchedAt === undefined ? {} : { switchedAt: instant(switchedAt) }),
    ...(finishedAt === undefined ? {} : { finishedAt: instant(finishedAt) }),
    ...(reason === undefined ? {} : { reason }),
  };
}

function phaseOf(record: RolloutRecord, sight: Sight): ObservedPlacement['phase'] {
  if (!ended.has(record.stage)) return 'rolling';
  if (record.stage === 'failed') return 'failed';
  if (targetOf(record)?.stopped === true) return 'stopped';
  if (sight.workloadSeen === undefined) {
    // Put back in a moment, or nothing runs by itself.
    return sight.workload === 'settled' ? 'running' : 'degraded';
  }
  if (sight.ready) return 'running';
  return sight.pods.own.some(({ ready }) => ready) ? 'degraded' : 'failed';
}
