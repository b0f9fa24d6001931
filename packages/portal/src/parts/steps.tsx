import type { ReactNode } from 'react';
import { StateMark, type WorkState } from './state-mark.tsx';
import { Elapsed } from './time.tsx';

export interface StepLine {
  readonly id: string;
  readonly title: string;
  readonly state: WorkState;
  readonly detail?: string | undefined;
  readonly startedAt?: string | undefined;
  readonly finishedAt?: string | undefined;
}

/** Steps one under another, each with its state and its time; the running one counts. */
export function Steps({ steps }: { readonly steps: readonly StepLine[] }): ReactNode {
  return (
    <ol className="steps">
      {steps.map(({ id, title, state, detail, startedAt, finishedAt }) => (
        <li
          key={id}
          className={`step step-${state}`}
          {...(state === 'running' ? { 'aria-current': 'step' } : {})}
        >
          <StateMark state={state} size={18} />
          <span className="step-title">{title}</span>
          <Elapsed from={startedAt} to={finishedAt} />
          {detail === undefined || detail === '' ? null : (
            <span className="step-detail">{detail}</span>
          )}
        </li>
      ))}
    </ol>
  );
}
