import type { CohortRecord, InstanceRecord, PlacementRecord } from './placement-record.ts';

const gone: ReadonlySet<string> = new Set(['exited']);
/** Ends by itself; nothing is to be begun with it. */
export const leaving = (instance: InstanceRecord) =>
  instance.state === 'stopping' || (instance.state === 'draining' && instance.after === 'stop');
export const alive = (instance: InstanceRecord) => !gone.has(instance.state);
/** Runs, answers, and can have traffic at once. */
export const ready = (instance: InstanceRecord) =>
  instance.state === 'healthy' ||
  instance.state === 'warm' ||
  (instance.state === 'draining' && instance.after === 'warm');
/** Stands for one of the wanted number. */
export const counted = (instance: InstanceRecord) =>
  alive(instance) && !leaving(instance) && instance.state !== 'unhealthy';

/** A placement as the rules look at it. */
export interface View {
  readonly record: PlacementRecord;
  readonly now: number;
  /** The cohort that is to have the traffic: the wanted one, or after its failure the one before. */
  readonly goal: CohortRecord | undefined;
  readonly of: (cohort: string | undefined) => readonly InstanceRecord[];
}

export function viewOf(record: PlacementRecord, now: number): View {
  const of = (cohort: string | undefined) =>
    record.instances.filter((instance) => instance.cohort === cohort && alive(instance));
  return { record, now, goal: goalOf(record), of };
}

function goalOf(record: PlacementRecord): CohortRecord | undefined {
  const find = (id: string | undefined) => record.cohorts.find((cohort) => cohort.id === id);
  const target = find(record.target);
  if (target !== undefined && target.failure === undefined) return target;
  const serving = find(record.serving);
  return serving?.failure === undefined ? serving : undefined;
}

/** How many instances are wanted: a volume has one writer, and a job has none that waits. */
export const wanted = (record: PlacementRecord, { run }: Pick<CohortRecord, 'run'>) => {
  if (run.runsToEnd === true) return 0;
  return run.volume === undefined ? record.desired.instances : 1;
};

export const isOpen = ({ rollout }: PlacementRecord): boolean =>
  rollout !== undefined && rollout.finishedAt === undefined;
