import {
  CircleCheck,
  CircleDashed,
  CircleSlash,
  CircleX,
  LoaderCircle,
  Undo2,
  Unplug,
} from 'lucide-react';
import type { ReactNode } from 'react';

/** States of steps, jobs, runs, rollouts and operations: one mark for each, wherever it appears. */
export type WorkState =
  | 'waiting'
  | 'queued'
  | 'running'
  | 'undoing'
  | 'done'
  | 'passed'
  | 'failed'
  | 'rolled-back'
  | 'undone'
  | 'skipped'
  | 'cancelled'
  | 'superseded'
  | 'unavailable';

const words: Readonly<Record<WorkState, string>> = {
  waiting: 'Waiting',
  queued: 'Queued',
  running: 'Running',
  undoing: 'Being undone',
  done: 'Done',
  passed: 'Passed',
  failed: 'Failed',
  'rolled-back': 'Rolled back',
  undone: 'Undone',
  skipped: 'Skipped',
  cancelled: 'Cancelled',
  superseded: 'Superseded',
  unavailable: 'Does not run here',
};

const tones: Readonly<Partial<Record<WorkState, string>>> = {
  running: 'busy',
  undoing: 'busy',
  done: 'good',
  passed: 'good',
  failed: 'bad',
  'rolled-back': 'warn',
  undone: 'warn',
  unavailable: 'warn',
};

const toneOf = (state: WorkState): string => tones[state] ?? 'quiet';

function iconOf(state: WorkState) {
  switch (state) {
    case 'running':
    case 'undoing':
      return LoaderCircle;
    case 'done':
    case 'passed':
      return CircleCheck;
    case 'failed':
      return CircleX;
    case 'rolled-back':
    case 'undone':
      return Undo2;
    case 'waiting':
    case 'queued':
      return CircleDashed;
    case 'unavailable':
      return Unplug;
    default:
      return CircleSlash;
  }
}

interface StateMarkProps {
  readonly state: WorkState;
  readonly silent?: boolean;
  readonly size?: number;
}

export function StateMark({ state, silent = false, size = 16 }: StateMarkProps): ReactNode {
  const Icon = iconOf(state);
  const moving = state === 'running' || state === 'undoing';
  return (
    <Icon
      size={size}
      strokeWidth={2.2}
      className={`mark mark-${toneOf(state)}${moving ? ' spin' : ''}`}
      {...(silent ? { 'aria-hidden': true } : { role: 'img', 'aria-label': words[state] })}
    />
  );
}

export function StatePill({ state }: { readonly state: WorkState }): ReactNode {
  return (
    <span className={`pill pill-${toneOf(state)}`}>
      <StateMark state={state} silent size={14} />
      {words[state]}
    </span>
  );
}
