import type { ObservedPlacement, ObservedRollout } from '@pltf/contracts';
import type { Rollout, RolloutState } from './rollout.ts';

export interface RolloutChange {
  readonly state: RolloutState;
  readonly step: string;
  readonly observed: ObservedRollout;
}

const endings: Readonly<Record<string, RolloutState>> = {
  'done': 'done',
  // Its way is over; what is known of it says the step.
  'committed': 'done',
  'rolled-back': 'rolled-back',
  'failed': 'failed',
};

/** What an observation says of a rollout that is recorded as running; undefined when it says nothing new. */
export function rolloutChange(
  rollout: Rollout,
  observed: ObservedPlacement,
): RolloutChange | undefined {
  const seen = observed.rollout;
  if (rollout.state !== 'running' || seen === undefined || seen.revision !== rollout.revision)
    return undefined;
  const state = endings[seen.step] ?? 'running';
  const news =
    seen.step !== rollout.step ||
    (seen.switchedAt !== undefined && rollout.switchedAt === undefined);
  return news ? { state, step: seen.step, observed: seen } : undefined;
}
