import type { ComponentDetail, PlacementView } from '@pltf/contracts';
import { CloudUpload } from 'lucide-react';
import { type ReactNode, useState } from 'react';
import { Link } from 'wouter';
import { CopyLine } from '../../parts/copy.tsx';
import { Empty } from '../../parts/empty.tsx';
import { Notice } from '../../parts/notice.tsx';
import { Steps } from '../../parts/steps.tsx';
import { EventList } from '../activity/event-list.tsx';
import type { Acting } from './actions/asked.ts';
import { BranchPreviews } from './branch-previews.tsx';
import { LaneCard } from './lane-card.tsx';
import { lanesOf } from './lanes.ts';
import { PlacementDetail } from './placement-detail.tsx';
import { useComponentActivity } from './use-component-activity.ts';

interface OverviewProps {
  readonly component: ComponentDetail;
  readonly acting: Acting;
}

export function Overview({ component, acting }: OverviewProps): ReactNode {
  const [chosen, setChosen] = useState<string>();
  const { placements, operation } = component;
  const lanes = lanesOf(component);
  // The default branch's preview is in its lane; the others are a list.
  const branches = lanes.flatMap((lane) => lane.placements.slice(1));
  const shown = placements.find(({ id }) => id === chosen) ?? worthALook(component);
  return (
    <>
      {operation === undefined || operation.finishedAt !== undefined ? null : (
        <UnderWay component={component} />
      )}
      {placements.length === 0 ? (
        <NothingPlaced component={component} />
      ) : (
        <section aria-label="Environments">
          <ol className="lanes">
            {lanes.map((lane) => (
              <LaneCard
                key={lane.environment}
                lane={lane}
                component={component}
                acting={acting}
                chosen={shown?.id}
                onChoose={setChosen}
              />
            ))}
          </ol>
        </section>
      )}
      <BranchPreviews
        placements={branches}
        acting={acting}
        chosen={shown?.id}
        onChoose={setChosen}
      />
      {shown === undefined ? null : (
        <PlacementDetail
          key={shown.id}
          placement={shown}
          releases={component.releases}
          acting={acting}
        />
      )}
      <RecentActivity name={component.name} />
    </>
  );
}

/** The placement that needs somebody, or else the one nearest to production. */
function worthALook(component: ComponentDetail): PlacementView | undefined {
  const inOrder = lanesOf(component).flatMap(({ placements }) => placements.slice(0, 1));
  const ill = inOrder.findLast(
    ({ phase }) => phase === 'failed' || phase === 'degraded' || phase === 'rolling',
  );
  return ill ?? inOrder.at(-1);
}

function wordsOf({ kind, state }: NonNullable<ComponentDetail['operation']>): string {
  const undoing = state === 'undoing';
  if (kind === 'create')
    return undoing ? 'The creation failed and is being undone' : 'Being created';
  if (kind !== 'apply') return 'Being deleted';
  return undoing ? 'The change failed and is being put back' : 'Being changed';
}

function UnderWay({ component }: { readonly component: ComponentDetail }): ReactNode {
  const { operation, name } = component;
  if (operation === undefined) return null;
  const words = wordsOf(operation);
  return (
    <section className="panel" aria-label={words}>
      <div className="panel-head">
        <h2>{words}</h2>
        <Link className="button button-small" href={`/operations/${operation.id}`}>
          Follow
        </Link>
      </div>
      <div className="panel-body">
        {operation.problem === undefined ? null : (
          <Notice tone="warn" title={`${name}: ${operation.problem.detail}`}>
            <p>{operation.problem.fix}</p>
          </Notice>
        )}
        <Steps steps={operation.steps} />
      </div>
    </section>
  );
}

function NothingPlaced({ component }: { readonly component: ComponentDetail }): ReactNode {
  const { repository, state } = component;
  if (state !== 'ready') return null;
  return (
    <div className="panel">
      <Empty
        icon={CloudUpload}
        title="It runs nowhere yet"
        text="A push starts its pipeline; a green pipeline makes a release, and the release gets an address."
      >
        {repository === undefined ? null : (
          <CopyLine prompt="$" text={`git clone ${repository.cloneUrl}`} what="clone command" />
        )}
      </Empty>
    </div>
  );
}

function RecentActivity({ name }: { readonly name: string }): ReactNode {
  const { events } = useComponentActivity(name);
  return (
    <section className="panel" aria-label="Recent activity">
      <div className="panel-head">
        <h2>Recent activity</h2>
        <Link className="small" href={`/components/${name}/activity`}>
          All of it
        </Link>
      </div>
      <EventList events={events?.slice(0, 8)} within={name} />
    </section>
  );
}
