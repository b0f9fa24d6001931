import type {
  Accepted,
  RolloutRecord,
  RolloutStage,
  WantedPlacement,
} from '../../../../modules/runtime/index.ts';

/** Stages at which a rollout has come to its end. */
export const ended: ReadonlySet<RolloutStage> = new Set([
  'done',
  'committed',
  'rolled-back',
  'failed',
]);

/** Stages at which a rollout may be held: none of its instances has the traffic alone yet. */
const holdable: ReadonlySet<RolloutStage> = new Set([
  'image',
  'surroundings',
  'release-task',
  'workload',
  'healthy',
]);

export const isPaused = ({ stage, current }: RolloutRecord): boolean =>
  holdable.has(stage) && current.wanted.desired.paused === true;

/** What the cluster should hold now. */
export interface Target {
  readonly accepted: Accepted;
  /** Everything but instances. */
  readonly stopped: boolean;
  readonly paused: boolean;
}

/** Undefined when nothing was ever there, so that there is nothing to go back to. */
export function targetOf(record: RolloutRecord): Target | undefined {
  const { stage, current, good, earlier } = record;
  const goesBack = stage === 'returning' || stage === 'rolled-back' || stage === 'failed';
  if (!goesBack) {
    if (current.image === undefined) return undefined;
    const stopped = current.wanted.desired.state === 'stopped';
    return { accepted: current, stopped, paused: isPaused(record) };
  }
  if (good !== undefined) {
    const stopped = good.wanted.desired.state === 'stopped';
    return { accepted: good, stopped, paused: false };
  }
  const accepted = current.image === undefined ? earlier : current;
  return accepted === undefined ? undefined : { accepted, stopped: true, paused: false };
}

/** What has the traffic; undefined where nothing was ever well, when it is stopped, and when nobody can say. */
export function servingOf({ stage, current, good }: RolloutRecord): Accepted | undefined {
  if (stage === 'committed') return undefined;
  const serving = stage === 'draining' || stage === 'done' ? current : good;
  return serving?.wanted.desired.state === 'stopped' ? undefined : serving;
}

/**
 * Takes in what is wanted. A newer revision begins a rollout, whatever was under way; the same one changes only what
 * is around instances (who may call and whom), and whether somebody holds it; an older one changes nothing. Answers
 * the same record when nothing is new.
 */
export function accept(
  record: RolloutRecord | undefined,
  wanted: WantedPlacement,
  { runtime, now }: { readonly runtime: string; readonly now: number },
): RolloutRecord {
  const given = JSON.parse(JSON.stringify(wanted)) as Accepted['wanted'];
  const fresh = { ...given, schedule: wanted.schedule };
  if (record === undefined) {
    return {
      ...{ placement: wanted.desired.id, runtime, current: { wanted: fresh }, stage: 'image' },
      ...{ since: now, startedAt: now, releaseTasks: [], tasks: [] },
    };
  }
  const before = record.current.wanted.desired.revision;
  if (wanted.desired.revision < before) return record;
  return wanted.desired.revision > before
    ? begun(record, fresh, now)
    : withSurroundings(record, fresh, now);
}

function begun(record: RolloutRecord, wanted: Accepted['wanted'], now: number): RolloutRecord {
  const { placement, runtime, current, releaseTasks, tasks, volumes } = record;
  const isWell = record.stage === 'done' || record.stage === 'draining';
  const good = isWell ? current : record.good;
  const earlier = good === undefined ? (current.image ? current : record.earlier) : undefined;
  const image = [current, good].find(
    (one) => one?.wanted.desired.release.digest === wanted.desired.release.digest,
  )?.image;
  const from = servingOf(record)?.wanted.desired.release;
  return {
    ...{ placement, runtime, releaseTasks, tasks, stage: 'image', since: now, startedAt: now },
    ...(volumes === undefined ? {} : { volumes }),
    current: { wanted, ...(image === undefined ? {} : { image }) },
    ...(good === undefined ? {} : { good }),
    ...(earlier === undefined ? {} : { earlier }),
    ...(from === undefined ? {} : { from }),
  };
}

function withSurroundings(
  record: RolloutRecord,
  wanted: Accepted['wanted'],
  now: number,
): RolloutRecord {
  const { callers, callees } = wanted;
  const around = (accepted: Accepted): Accepted =>
    same(accepted.wanted.callers, callers) && same(accepted.wanted.callees, callees)
      ? accepted
      : { ...accepted, wanted: { ...accepted.wanted, callers, callees } };
  const serves = targetOf(record)?.accepted;
  const isServed = serves?.wanted.desired.release.id === wanted.desired.release.id;
  if (record.good !== undefined && serves === record.good) {
    const good = isServed ? around(record.good) : record.good;
    return good === record.good ? record : { ...record, good };
  }
  const current = held(around(record.current), wanted.desired.paused === true);
  if (current === record.current) return record;
  const resumed = isPaused(record) && current.wanted.desired.paused !== true;
  // The time that somebody held it does not count against it.
  return { ...record, current, ...(resumed ? { since: now } : {}) };
}

function held(accepted: Accepted, paused: boolean): Accepted {
  const { desired } = accepted.wanted;
  if ((desired.paused === true) === paused) return accepted;
  return { ...accepted, wanted: { ...accepted.wanted, desired: { ...desired, paused } } };
}

const same = (one: unknown, other: unknown): boolean =>
  JSON.stringify(one) === JSON.stringify(other);
