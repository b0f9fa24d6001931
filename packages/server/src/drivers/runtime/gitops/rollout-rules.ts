import type { GitOpsAgent } from '@pltf/plan/render';
import type { RolloutRecord, RolloutStage } from '../../../modules/runtime/index.ts';
import { ended, isPaused } from '../kubernetes/rollout/rollout-accept.ts';
import type { PlacementSight } from './placement-sight.ts';
import { needsTask } from './repository/manifest.ts';

export interface GitOpsSight {
  /** Milliseconds. */
  readonly now: number;
  readonly agent: GitOpsAgent;
  /** Somebody reports: a context leads to where the agent runs. */
  readonly reported: boolean;
  /** The repository's branch holds what is wanted now. */
  readonly written: boolean;
  readonly placement: PlacementSight;
}

export type GitOpsStep =
  | { readonly do: 'resolve-image' }
  /** Commits what is wanted now. */
  | { readonly do: 'write' }
  /** The record moves on; written before anything else is done. */
  | { readonly do: 'record'; readonly record: RolloutRecord }
  | { readonly do: 'give-up'; readonly code: string; readonly because: string }
  /** Nothing to do until somebody reports, or that time comes; milliseconds. */
  | { readonly do: 'wait'; readonly until: number | undefined };

/** To find a machine and pull the image, and for the agent to see that the cluster's own deadline has passed. */
const roomMs = 60_000 + 60_000;
const longestBuildMs = 3_600_000;

/** What to do next: a pure function of what was written down, what the repository holds and what is reported. */
export function nextStep(record: RolloutRecord, sight: GitOpsSight): GitOpsStep {
  // What is around instances may change at any time, and a file that somebody deleted is put back.
  if (ended.has(record.stage)) {
    // Somebody reports by now, and that it is well.
    if (record.stage === 'committed' && sight.reported && sight.placement.state === 'healthy')
      return { do: 'record', record: { ...doneWith(record, sight.now), reason: undefined } };
    const nothing = record.stage === 'failed' && record.written === undefined;
    return sight.written || nothing ? wait() : { do: 'write' };
  }
  // Held: what was committed is made to stand still, and nothing further begins.
  if (isPaused(record)) {
    const holds = record.stage === 'healthy' && !sight.written;
    return holds ? { do: 'write' } : wait();
  }
  switch (record.stage) {
    case 'image':
      return forImage(record, sight);
    case 'surroundings':
    case 'release-task':
      return throughTask(record, sight);
    case 'workload':
      return untilApplied(record, sight);
    case 'healthy':
    case 'draining':
      return untilHealthy(record, sight);
    default:
      return back(record, sight);
  }
}

const wait = (until?: number): GitOpsStep => ({ do: 'wait', until });

const enter = (record: RolloutRecord, stage: RolloutStage, now: number): GitOpsStep => ({
  do: 'record',
  record: { ...record, stage, since: now },
});

function forImage(record: RolloutRecord, { now, agent }: GitOpsSight): GitOpsStep {
  if (record.current.image !== undefined) {
    // Argo CD has the task in a wave of the same commit; Flux needs a commit ahead.
    const ahead = agent === 'flux' && needsTask(record);
    return enter(record, ahead ? 'release-task' : 'workload', now);
  }
  if (now > record.since + longestBuildMs) {
    return { do: 'give-up', code: 'image-late', because: 'the image was not built within an hour' };
  }
  return { do: 'resolve-image' };
}

function throughTask(record: RolloutRecord, sight: GitOpsSight): GitOpsStep {
  const { placement, written, now, reported } = sight;
  if (!reported) {
    return {
      do: 'give-up',
      code: 'nobody-reports',
      because:
        'the release task has to end before the workload changes, and nobody reports back: name `context` in the runtime of the platform file',
    };
  }
  if (!written) return { do: 'write' };
  switch (placement.state) {
    case 'healthy': {
      const { releaseTasks, current } = record;
      const passed = [...releaseTasks, current.wanted.desired.release.id];
      return enter({ ...record, releaseTasks: passed }, 'workload', now);
    }
    case 'degraded':
    case 'refused':
      return { do: 'give-up', code: 'release-task', because: placement.why };
    default:
      return wait();
  }
}

function untilApplied(record: RolloutRecord, sight: GitOpsSight): GitOpsStep {
  const { placement, written, reported, now } = sight;
  if (!written) return { do: 'write' };
  if (!reported) return { do: 'record', record: committedWith(record, now) };
  switch (placement.state) {
    case 'refused':
      return { do: 'give-up', code: 'sync-failed', because: placement.why };
    case 'progressing':
    case 'healthy':
    case 'degraded':
    case 'unclear':
      return enter(record, 'healthy', now);
    default:
      // A repository is read when the agent comes to it: that may take as long as it takes.
      return wait();
  }
}

/** Until when it may become well, counted from when it was applied; milliseconds. */
export const healthyUntil = ({ since, current }: RolloutRecord): number =>
  since + current.wanted.desired.run.startTimeoutMs + roomMs;

function untilHealthy(record: RolloutRecord, sight: GitOpsSight): GitOpsStep {
  const { placement, reported, now } = sight;
  if (!reported) return { do: 'record', record: committedWith(record, now) };
  switch (placement.state) {
    case 'healthy':
      return { do: 'record', record: doneWith(record, now) };
    case 'degraded':
    case 'refused':
      return { do: 'give-up', code: 'degraded', because: placement.why };
    case 'progressing': {
      const until = healthyUntil(record);
      if (now < until) return wait(until);
      const seconds = Math.round((until - record.since) / 1000);
      return {
        do: 'give-up',
        code: 'deadline',
        because: `it was not healthy within ${seconds} s: ${placement.why}`,
      };
    }
    default:
      return wait();
  }
}

function doneWith(record: RolloutRecord, now: number): RolloutRecord {
  const { current, releaseTasks } = record;
  const { id } = current.wanted.desired.release;
  return {
    ...record,
    stage: 'done',
    since: now,
    good: current,
    switchedAt: record.switchedAt ?? now,
    finishedAt: now,
    releaseTasks: releaseTasks.includes(id) ? releaseTasks : [...releaseTasks, id].slice(-50),
  };
}

/** The way ends at the commit where nobody would ever say how it went on: nothing is claimed of what runs. */
function committedWith(record: RolloutRecord, now: number): RolloutRecord {
  const commit = record.written?.commit.slice(0, 7) ?? 'before';
  const { runtime } = record;
  const reason = {
    code: 'nobody-reports',
    detail: `committed as ${commit}; nobody reports what the cluster makes of it`,
    fix: `Name \`context\` in the runtime \`${runtime}\` of the platform file: a kubeconfig context of the cluster where the agent runs.`,
    log: [],
  };
  return { ...record, stage: 'committed', since: now, finishedAt: now, reason };
}

/** The revert is a commit like any other: it is over once the agent has come to it. */
function back(
  record: RolloutRecord,
  { placement, written, reported, now }: GitOpsSight,
): GitOpsStep {
  if (!written) return { do: 'write' };
  const arrived = ['progressing', 'healthy', 'degraded', 'unclear'].includes(placement.state);
  if (reported && !arrived) return wait();
  const stage = record.good === undefined ? 'failed' : 'rolled-back';
  return { do: 'record', record: { ...record, stage, since: now, finishedAt: now } };
}
