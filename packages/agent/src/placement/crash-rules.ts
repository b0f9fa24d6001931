import type { Reason } from '@pltf/contracts';
import { backoffMs, forgivenAfterMs } from './backoff.ts';
import type { CohortRecord, InstanceRecord } from './placement-record.ts';

/** A release whose program ends this often before it was healthy is given up. */
const startTries = 2;
const startRetryMs = 50;

export interface EndFacts {
  readonly lastExit: string;
  /** The instance's cohort had traffic once: then it is tried for ever, with longer and longer pauses. */
  readonly established: boolean;
  readonly now: number;
  readonly random: number;
}

/** What becomes of an instance whose program ended by itself: it waits for its next start. */
export function restAfterEnd(instance: InstanceRecord, facts: EndFacts): Partial<InstanceRecord> {
  const { now, established, lastExit, random } = facts;
  const up = instance.healthyAt === undefined ? 0 : now - instance.healthyAt;
  const crashes = up >= forgivenAfterMs ? 1 : instance.crashes + 1;
  const pause = established ? backoffMs(crashes, random) : startRetryMs;
  return {
    ...{ state: 'backoff', crashes, lastExit, retryAt: now + pause },
    ...{ process: undefined, port: undefined, healthyAt: undefined },
    ...(instance.container === undefined ? {} : { container: undefined, address: undefined }),
  };
}

/** Counts an end before the first traffic; the last one gives the cohort up. */
export function countStartFailure(cohort: CohortRecord, why: Reason): Partial<CohortRecord> {
  const startFailures = cohort.startFailures + 1;
  if (startFailures < startTries || cohort.failure !== undefined) return { startFailures };
  const detail = `${why.detail} It ended ${startFailures} times before it was healthy.`;
  return { startFailures, failure: { ...why, detail } };
}

/** Ends with its instance rather than being started again. */
export const endsWithProgram = ({ state }: InstanceRecord): boolean =>
  state === 'warm' || state === 'draining' || state === 'stopping';
