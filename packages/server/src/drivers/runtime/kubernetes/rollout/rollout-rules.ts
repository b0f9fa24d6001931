import type { Reason } from '@pltf/contracts';
import type { RolloutRecord, RolloutStage } from '../../../../modules/runtime/index.ts';
import { ended, isPaused, servingOf, targetOf } from './rollout-accept.ts';

/** Something that keeps a rollout from going on. */
export interface Trouble {
  /** `image-pull`, `crash`, `probe`, … : a key of the diagnosis. */
  readonly kind: string;
  /** From when on nothing is expected of waiting any more; milliseconds. */
  readonly until: number;
  /** What shows it does not say why: from then on its events are asked, which may be final; milliseconds. */
  readonly askFrom?: number | undefined;
  /** The pod that shows it, and its container. */
  readonly pod?: string | undefined;
  readonly container?: string | undefined;
  /** What the cluster said. */
  readonly message?: string | undefined;
}

/** What there is of the rollout's target in the cluster, as far as the rules have to know. */
export interface RolloutSight {
  /** Milliseconds. */
  readonly now: number;
  /** `due`: something of it is missing, or is not as it was rendered. `waits`: it is just being deleted. */
  readonly surroundings: 'settled' | 'due' | 'waits';
  readonly workload: 'settled' | 'due' | 'waits';
  readonly releaseTask: 'absent' | 'running' | 'passed' | 'failed';
  /** A release task of another revision runs. */
  readonly otherReleaseTask: boolean;
  /** All instances that are wanted are there as they are wanted, and are well. */
  readonly ready: boolean;
  /** The cluster's own controllers have not looked at the workload as it stands: they may have much to do. */
  readonly unseen: boolean;
  /** Instances of before that are still there. */
  readonly leaving: number;
  readonly trouble: Trouble | undefined;
}

export type RolloutStep =
  /** The record moves on; written before anything else is done. */
  | { readonly do: 'record'; readonly record: RolloutRecord }
  | { readonly do: 'resolve-image' }
  | { readonly do: 'apply-surroundings' }
  | { readonly do: 'start-release-task' }
  | { readonly do: 'apply-workload' }
  /** Whether the cluster has said elsewhere why nothing comes of it: that may end it at once, else it is waited for. */
  | { readonly do: 'ask-why'; readonly about: Trouble; readonly until: number }
  /** It goes back to what served before, once the trouble was looked into. */
  | { readonly do: 'give-up'; readonly because: Trouble }
  /** Nothing to do until the cluster changes, or that time comes. */
  | { readonly do: 'wait'; readonly until: number | undefined };

/** To find a machine and pull the image, beside the time of the start itself. */
const roomMs = 60_000;
/** The cluster's own deadline comes first where it has one. */
const afterDeadlineMs = 30_000;
const longestBuildMs = 3_600_000;
/** How often time is given anew while a cluster has not come to a workload: what it is late with is no program's fault. */
const unseenLookMs = 30_000;
/** How long a release task may take. */
export const releaseTaskTimeoutMs = 30 * 60_000;
const releaseTaskRoomMs = 10 * 60_000;

/** The id of a rollout's release task: once for each release and revision. */
export function releaseTaskId({ current }: Pick<RolloutRecord, 'current'>): string {
  const { release, revision } = current.wanted.desired;
  return `release-${release.number}-${revision}`;
}

/** Whether the rollout has a release task to run: once a release, as long as it did not end well. */
export function needsReleaseTask({
  current,
  releaseTasks,
}: Pick<RolloutRecord, 'current' | 'releaseTasks'>): boolean {
  const { run, release, state } = current.wanted.desired;
  return (
    run.releaseCommand !== undefined && state === 'running' && !releaseTasks.includes(release.id)
  );
}

/** What to do next: a pure function of what was written down and what the cluster shows. */
export function nextStep(record: RolloutRecord, sight: RolloutSight): RolloutStep {
  if (ended.has(record.stage)) return atRest(record, sight);
  const step = forward(record, sight);
  // Held: what is under way is made to stand still, and nothing further begins.
  if (!isPaused(record)) return step;
  const holds = record.stage === 'healthy' && sight.workload === 'due';
  return holds ? { do: 'apply-workload' } : wait();
}

const wait = (until?: number): RolloutStep => ({ do: 'wait', until });

const enter = (record: RolloutRecord, stage: RolloutStage, now: number): RolloutStep => ({
  do: 'record',
  record: { ...record, stage, since: now },
});

/** Gone by hand, or not as it is wanted since something around it changed: put back, at any time. */
function atRest(record: RolloutRecord, { surroundings, workload }: RolloutSight): RolloutStep {
  if (targetOf(record) === undefined) return wait();
  if (surroundings === 'due') return { do: 'apply-surroundings' };
  if (workload === 'due' && surroundings === 'settled') return { do: 'apply-workload' };
  return wait();
}

function forward(record: RolloutRecord, sight: RolloutSight): RolloutStep {
  const { now, surroundings, workload } = sight;
  switch (record.stage) {
    case 'image':
      if (record.current.image !== undefined) return enter(record, 'surroundings', now);
      return orGiveUp({ do: 'resolve-image' }, sight, late(record, longestBuildMs, 'build'));
    case 'surroundings':
      if (surroundings === 'settled') return enter(record, 'release-task', now);
      return orGiveUp(
        surroundings === 'due' ? { do: 'apply-surroundings' } : wait(),
        sight,
        late(record, startTime(record), 'deadline'),
      );
    case 'release-task':
      return throughReleaseTask(record, sight);
    case 'workload':
      if (workload === 'settled') return enter(record, 'healthy', now);
      return orGiveUp(
        workload === 'due' ? { do: 'apply-workload' } : wait(),
        sight,
        late(record, startTime(record), 'deadline'),
      );
    case 'healthy':
      return untilHealthy(record, sight);
    case 'draining':
      return untilDrained(record, sight);
    case 'returning':
      return back(record, sight);
    case 'done':
    case 'committed':
    case 'rolled-back':
    case 'failed':
      return wait();
  }
}

const late = ({ since }: RolloutRecord, afterMs: number, kind: string): Trouble => ({
  kind,
  until: since + afterMs,
});

/** Longer for many, since they are replaced in waves. */
function startTime({ current }: RolloutRecord): number {
  const { run, instances } = current.wanted.desired;
  return (run.startTimeoutMs + roomMs + afterDeadlineMs) * Math.max(1, instances);
}

/** The step, unless the trouble has lasted for too long. */
function orGiveUp(step: RolloutStep, { now, trouble }: RolloutSight, last: Trouble): RolloutStep {
  const over = [trouble, last].find((one) => one !== undefined && now >= one.until);
  if (over !== undefined) {
    // What the cluster says is more than that time is over.
    return { do: 'give-up', because: trouble ?? over };
  }
  if (step.do !== 'wait') return step;
  const until = Math.min(trouble?.until ?? last.until, last.until);
  if (trouble?.askFrom === undefined) return wait(until);
  if (now < trouble.askFrom) return wait(Math.min(until, trouble.askFrom));
  return { do: 'ask-why', about: trouble, until };
}

function throughReleaseTask(record: RolloutRecord, sight: RolloutSight): RolloutStep {
  const { now, releaseTask, otherReleaseTask, surroundings } = sight;
  if (!needsReleaseTask(record)) return enter(record, 'workload', now);
  if (releaseTask === 'passed') return released(record, now);
  const last = late(record, releaseTaskTimeoutMs + releaseTaskRoomMs, 'release-task');
  if (releaseTask === 'failed') return { do: 'give-up', because: { ...last, until: now } };
  // Its namespace may have been deleted meanwhile.
  if (surroundings === 'due') return orGiveUp({ do: 'apply-surroundings' }, sight, last);
  const startable = releaseTask === 'absent' && !otherReleaseTask && surroundings === 'settled';
  return orGiveUp(startable ? { do: 'start-release-task' } : wait(), sight, last);
}

const mostReleaseTasks = 100;

function released(record: RolloutRecord, now: number): RolloutStep {
  const { id } = record.current.wanted.desired.release;
  const releaseTasks = [...record.releaseTasks, id].slice(-mostReleaseTasks);
  return enter({ ...record, releaseTasks }, 'workload', now);
}

function untilHealthy(record: RolloutRecord, sight: RolloutSight): RolloutStep {
  const { now, surroundings, workload, ready } = sight;
  const last = late(record, startTime(record), 'deadline');
  if (surroundings === 'due') return orGiveUp({ do: 'apply-surroundings' }, sight, last);
  if (workload === 'due') return orGiveUp({ do: 'apply-workload' }, sight, last);
  if (ready && workload === 'settled') {
    return {
      do: 'record',
      record: { ...record, stage: 'draining', since: now, switchedAt: now },
    };
  }
  if (sight.unseen) {
    const due = record.since + unseenLookMs;
    return now < due ? wait(due) : enter(record, 'healthy', now);
  }
  return orGiveUp(wait(), sight, last);
}

/** The traffic is over already: an instance that never goes (its machine is lost) holds nothing up. */
function untilDrained(record: RolloutRecord, { now, leaving }: RolloutSight): RolloutStep {
  const { drainMs } = record.current.wanted.desired.run;
  const until = record.since + drainMs + roomMs;
  if (leaving > 0 && now < until) return wait(until);
  const { good: _good, earlier: _earlier, reason: _reason, ...rest } = record;
  return { do: 'record', record: { ...rest, stage: 'done', since: now, finishedAt: now } };
}

/** What served before is made whole again; it never stopped, so this is soon. */
function back(record: RolloutRecord, sight: RolloutSight): RolloutStep {
  const { now, surroundings, workload, ready, leaving } = sight;
  const target = targetOf(record);
  const until = record.since + startTime(record);
  if (target !== undefined && now < until) {
    if (surroundings === 'due') return { do: 'apply-surroundings' };
    if (surroundings === 'settled' && workload === 'due') return { do: 'apply-workload' };
    const stands = surroundings === 'settled' && workload === 'settled';
    if (!stands || !ready || leaving > 0) return wait(until);
  }
  const stage = servingOf(record) === undefined ? 'failed' : 'rolled-back';
  return { do: 'record', record: { ...record, stage, since: now, finishedAt: now } };
}

/** The record of a rollout that goes back, with the reason that people see. */
export const givenUp = (record: RolloutRecord, reason: Reason, now: number): RolloutRecord => ({
  ...record,
  stage: 'returning',
  since: now,
  reason,
});
