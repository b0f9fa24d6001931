import type { PlacementView, RolloutView } from '@pltf/contracts';
import { Pause, Play } from 'lucide-react';
import type { ReactNode } from 'react';
import { Button } from '../../parts/button.tsx';
import { Notice } from '../../parts/notice.tsx';
import { Ago, Elapsed } from '../../parts/time.tsx';
import type { Acting } from './actions/asked.ts';
import { rolloutEnd, rolloutSentence, stagesOf } from './rollout-stages.ts';

interface RolloutStripProps {
  readonly rollout: RolloutView;
  readonly placement: PlacementView;
  readonly acting: Acting;
}

/** A rollout under way, stage by stage; one that ended badly says why. One that went well says nothing. */
export function RolloutStrip({ rollout, placement, acting }: RolloutStripProps): ReactNode {
  const { state, startedAt, finishedAt, requestedBy, reason, why } = rollout;
  if (state === 'failed' || state === 'rolled-back') {
    return (
      <Notice
        tone={state === 'failed' ? 'bad' : 'warn'}
        title={`#${rollout.to}: ${rolloutEnd(rollout).toLowerCase()}`}
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
  if (rollout.step === 'committed') {
    return (
      <Notice tone="plain" title={`#${rollout.to}: nobody reports`}>
        <p>{reason?.detail}</p>
        <p className="quiet">{reason?.fix}</p>
      </Notice>
    );
  }
  if (state !== 'running') return null;
  const { held } = placement;
  const stages = stagesOf(rollout, held !== undefined);
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
      <Hold placement={placement} acting={acting} />
      <p className="unseen" role="status">
        {rolloutSentence(rollout)}:{' '}
        {held === undefined ? (now?.title ?? 'done') : `paused by ${held.by}`}
      </p>
    </div>
  );
}

/** Who holds the rollout and since when, and the button for the other way. */
function Hold({ placement, acting }: Pick<RolloutStripProps, 'placement' | 'acting'>): ReactNode {
  const { held, holds, environment } = placement;
  if (held === undefined && (holds !== true || !acting.may)) return null;
  const action = held === undefined ? 'pause' : 'resume';
  return (
    <p className="row row-spread hold">
      {held === undefined ? (
        <span />
      ) : (
        <span className="small">
          <span className="strong">Paused</span> by {held.by}, <Ago at={held.since} />
          {held.why === undefined ? '' : `: “${held.why}”`}
        </span>
      )}
      {acting.may ? (
        <Button
          size="small"
          look={held === undefined ? 'normal' : 'primary'}
          icon={
            held === undefined ? <Pause size={14} aria-hidden /> : <Play size={14} aria-hidden />
          }
          aria-label={
            held === undefined
              ? `Pause the rollout in ${environment}…`
              : `Resume the rollout in ${environment}…`
          }
          onClick={() => acting.ask({ do: action, placement })}
        >
          {held === undefined ? 'Pause…' : 'Resume…'}
        </Button>
      ) : null}
    </p>
  );
}
