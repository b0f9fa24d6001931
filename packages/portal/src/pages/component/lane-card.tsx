import type { ComponentDetail, PlacementView } from '@pltf/contracts';
import { ArrowRight, Ellipsis, Play, Undo2 } from 'lucide-react';
import type { ReactNode } from 'react';
import { shortCommit } from '../../format/count.ts';
import { phaseWords, wellnessOfPhase } from '../../format/wellness.ts';
import { Button } from '../../parts/button.tsx';
import { OutLink } from '../../parts/link.tsx';
import { Menu } from '../../parts/menu.tsx';
import { StateMark } from '../../parts/state-mark.tsx';
import { Ago } from '../../parts/time.tsx';
import { WellnessMark } from '../../parts/wellness-mark.tsx';
import type { Acting } from './actions/asked.ts';
import { laneEntries } from './lane-entries.tsx';
import { knownRelease, type Lane, previousRelease } from './lanes.ts';
import { PlacementFigures } from './placement-figures.tsx';
import { RolloutStrip } from './rollout-strip.tsx';

interface LaneCardProps {
  readonly lane: Lane;
  readonly component: ComponentDetail;
  readonly acting: Acting;
  readonly chosen: string | undefined;
  readonly onChoose: (placement: string) => void;
}

/** One environment: what serves there, what rolls, and what one can do about it. */
export function LaneCard({ lane, component, acting, chosen, onChoose }: LaneCardProps): ReactNode {
  const main = lane.placements[0];
  return (
    <li className="lane-place">
      <article
        className={
          main !== undefined && main.id === chosen ? 'panel lane lane-chosen' : 'panel lane'
        }
        aria-label={lane.environment}
      >
        <header className="lane-head">
          <h2>
            {main === undefined ? (
              lane.environment
            ) : (
              <button
                type="button"
                className="lane-name"
                aria-pressed={main.id === chosen}
                title={`Details of ${lane.environment}`}
                onClick={() => onChoose(main.id)}
              >
                {lane.environment}
              </button>
            )}
          </h2>
          {main === undefined ? null : (
            <span className="row small quiet lane-phase">
              {main.phase === 'rolling' ? (
                <StateMark state="running" silent size={14} />
              ) : (
                <WellnessMark wellness={wellnessOfPhase(main.phase)} silent />
              )}
              {phaseWords(main.phase)}
              {main.phase === 'unknown' && main.asOf !== undefined ? (
                <span>
                  , seen <Ago at={main.asOf} />
                </span>
              ) : null}
            </span>
          )}
        </header>
        {main === undefined ? (
          <p className="lane-empty small quiet">{emptyWords(lane.environment)}</p>
        ) : (
          <Main placement={main} component={component} acting={acting} />
        )}
        <LaneButtons lane={lane} component={component} acting={acting} />
      </article>
    </li>
  );
}

const emptyWords = (environment: string): string =>
  environment === 'preview'
    ? 'A push to a branch makes a preview here.'
    : `Nothing was brought to ${environment} yet.`;

interface MainProps {
  readonly placement: PlacementView;
  readonly component: ComponentDetail;
  readonly acting: Acting;
}

function Main({ placement, component, acting }: MainProps): ReactNode {
  const { serving, url } = placement;
  const known = knownRelease(placement);
  const release = component.releases.find(({ number }) => number === known);
  return (
    <div className="lane-body">
      <div className="row lane-release">
        <span className="release release-large">{known === undefined ? '–' : `#${known}`}</span>
        <span className="lane-commit">
          <span className="cut" title={release?.subject}>
            {release?.subject ?? (known === undefined ? 'nothing serves yet' : '')}
          </span>
          <span className="small quiet cut">
            {serving === undefined ? null : <code>{shortCommit(serving.commit)}</code>}
            {release === undefined ? null : (
              <>
                {' '}
                {release.author}, <Ago at={release.createdAt} />
              </>
            )}
          </span>
        </span>
      </div>
      {url === undefined ? null : (
        <p className="lane-url">
          <OutLink url={url} />
        </p>
      )}
      <PlacementFigures placement={placement} />
      {placement.rollout === undefined ? null : (
        <RolloutStrip rollout={placement.rollout} placement={placement} acting={acting} />
      )}
    </div>
  );
}

interface LaneButtonsProps {
  readonly lane: Lane;
  readonly component: ComponentDetail;
  readonly acting: Acting;
}

function LaneButtons({ lane, component, acting }: LaneButtonsProps): ReactNode {
  const { next, environment } = lane;
  const main = lane.placements[0];
  if (!acting.may || main === undefined) return null;
  const back = previousRelease(main, component.releases);
  return (
    <footer className="lane-foot">
      {next === undefined ? null : (
        <Button
          size="small"
          look={next.not === undefined ? 'primary' : 'normal'}
          not={next.not}
          icon={<ArrowRight size={14} aria-hidden />}
          onClick={() =>
            next.release !== undefined &&
            acting.ask({ do: 'promote', from: environment, to: next.to, release: next.release })
          }
        >
          Promote to {next.to}
        </Button>
      )}
      {main.desired.state === 'stopped' ? (
        <Button
          size="small"
          look="primary"
          icon={<Play size={14} aria-hidden />}
          onClick={() => acting.ask({ do: 'start', placement: main })}
        >
          Start
        </Button>
      ) : back === undefined ? null : (
        <Button
          size="small"
          icon={<Undo2 size={14} aria-hidden />}
          title={
            back.warm
              ? `To #${back.number}, which is warm: at once`
              : `To #${back.number}, which is started first`
          }
          onClick={() => acting.ask({ do: 'rollback', placement: main, to: back.number })}
        >
          Roll back
        </Button>
      )}
      <Menu
        label={`More for ${environment}`}
        entries={laneEntries(main, acting)}
        button={(props) => (
          <Button
            {...props}
            size="small"
            icon={<Ellipsis size={14} aria-hidden />}
            aria-label={`More for ${environment}`}
          />
        )}
      />
    </footer>
  );
}
