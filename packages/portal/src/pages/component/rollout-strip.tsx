import type { RolloutView } from '@pltf/contracts';
import type { ReactNode } from 'react';
import { Notice } from '../../parts/notice.tsx';
import { Elapsed } from '../../parts/time.tsx';
import { rolloutEnd, rolloutSentence, stagesOf } from './rollout-stages.ts';

/** A rollout under way, stage by stage; one that ended badly says why. One that went well says nothing. */
export function RolloutStrip({ rollout }: { readonly rollout: RolloutView }): ReactNode {
  const { state, startedAt, finishedAt, requestedBy, reason, why } = rollout;
  if (state === 'failed' || state === 'rolled-back') {
    return (
      <Notice
        tone={state === 'failed' ? 'bad' : 'warn'}
        title={`#${rollout.to}: ${rolloutEnd(state).toLowerCase()}`}
      >
        {reason === undefined ? null : (
          <>
            <p>{reason.detail}</p>
            <p className="quiet">{reason.fix}</p>
            {reason.log.length === 0 ? null : (
              <details>
                <summary className="small">Last lines of its log</summary>
                <pre className="excerpt">{reason.log.join('\n')}</pre>
              </details>
            )}
          </>
        )}
      </Notice>
    );
  }
  if (state !== 'running') return null;
  const stages = stagesOf(rollout);
  const now = stages.find((stage) => stage.state === 'now');
  return (
    <div className="rollout">
      <p className="row row-spread small">
        <span className="strong">{rolloutSentence(rollout)}</span>
        <Elapsed from={startedAt} to={finishedAt} />
      </p>
      <ol className="stages" aria-label="Stages of the rollout">
        {stages.map((stage) => (
          <li
            key={stage.id}
            className={`stage stage-${stage.state}`}
            {...(stage.state === 'now' ? { 'aria-current': 'step' } : {})}
          >
            {stage.title}
          </li>
        ))}
      </ol>
      <p className="small quiet">
        {requestedBy}
        {why === undefined ? '' : `: “${why}”`}
      </p>
      <p className="unseen" role="status">
        {rolloutSentence(rollout)}: {now?.title ?? 'done'}
      </p>
    </div>
  );
}
