import type { RolloutView } from '@pltf/contracts';

export interface Stage {
  readonly id: string;
  readonly title: string;
  readonly state: 'done' | 'now' | 'to-come' | 'failed';
}

const titles: Readonly<Record<string, string>> = {
  starting: 'Start',
  image: 'Image',
  'waiting-healthy': 'Healthy',
  'release-task': 'Release task',
  holding: 'Hold requests',
  switching: 'Switch',
  draining: 'Drain',
};

/** Steps that every rollout takes; release task and holding appear when one is in them. */
const usual = ['starting', 'waiting-healthy', 'switching', 'draining'];
const order = Object.keys(titles);

/** The way of a rollout as stages, so far as it got; `paused` while somebody holds it. */
export function stagesOf(
  rollout: Pick<RolloutView, 'state' | 'step' | 'switchedAt'>,
  paused = false,
): readonly Stage[] {
  const shown = order.filter((id) => usual.includes(id) || id === rollout.step);
  const ended = rollout.state !== 'running';
  const good = rollout.state === 'done';
  // After an end that is not good, the agent says only whether traffic was switched.
  const reached = ended
    ? shown.indexOf(rollout.switchedAt === undefined ? 'waiting-healthy' : 'draining')
    : shown.indexOf(rollout.step);
  return shown.map((id, index) => ({
    id,
    title: paused && id === 'holding' ? 'Paused' : (titles[id] ?? id),
    state:
      good || index < reached ? 'done' : index > reached ? 'to-come' : ended ? 'failed' : 'now',
  }));
}

const verbs: Readonly<Record<RolloutView['kind'], string>> = {
  deploy: 'Deploying',
  promote: 'Promoting',
  rollback: 'Rolling back to',
  restart: 'Restarting',
  scale: 'Scaling',
  stop: 'Stopping',
  start: 'Starting',
};

/** What a running rollout does, in one short sentence. */
export function rolloutSentence(rollout: Pick<RolloutView, 'kind' | 'from' | 'to'>): string {
  const { kind, from, to } = rollout;
  const moves = kind === 'deploy' || kind === 'promote' || kind === 'rollback';
  return moves && from !== undefined && from !== to
    ? `${verbs[kind]} #${to} (from #${from})`
    : `${verbs[kind]} #${to}`;
}

const ends: Readonly<Record<RolloutView['state'], string>> = {
  running: 'Under way',
  done: 'Done',
  'rolled-back': 'Rolled back by itself',
  failed: 'Failed',
  superseded: 'Superseded',
};

/** The mark of how it ended: what was only committed is neither good nor bad. */
export const markOf = ({
  state,
  step,
}: Pick<RolloutView, 'state' | 'step'>): RolloutView['state'] | 'waiting' =>
  step === 'committed' ? 'waiting' : state;

/** How a rollout ended; of one that was only committed nothing more is known. */
export const rolloutEnd = ({ state, step }: Pick<RolloutView, 'state' | 'step'>): string =>
  step === 'committed' ? 'Committed' : ends[state];
