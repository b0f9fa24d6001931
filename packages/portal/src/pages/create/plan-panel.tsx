import type { CreationPlan } from '@pltf/contracts';
import { LoaderCircle } from 'lucide-react';
import type { ReactNode } from 'react';
import { bytes, plural } from '../../format/count.ts';
import { Notice, ProblemNotice } from '../../parts/notice.tsx';
import { addressText } from '../../parts/safe-url.ts';
import { SkeletonLines } from '../../parts/skeleton.tsx';
import { StateMark } from '../../parts/state-mark.tsx';
import { Why } from '../../parts/why.tsx';
import { CostView } from '../governance/plan/cost-view.tsx';
import { whyOf } from '../governance/plan/plan-values.ts';
import { VerdictList } from '../governance/plan/verdict-list.tsx';
import { FileTree } from './file-tree-view.tsx';
import { jobKey, type PlanDiff, placementKey } from './plan-diff.ts';
import type { usePlan } from './use-plan.ts';

interface PlanPanelProps {
  readonly live: ReturnType<typeof usePlan>;
  readonly others: readonly CreationPlan['problems'][number][];
  /** Before there is a name the plan is of a stand-in. */
  readonly named: boolean;
}

/** What creating would make, while one types. */
export function PlanPanel({ live, others, named }: PlanPanelProps): ReactNode {
  const { plan, stale, diff, behind, error, retry } = live;
  return (
    <section className="panel plan" aria-label="What this would make" aria-busy={behind}>
      <div className="panel-head">
        <h2>What this makes</h2>
        <span className="small faint row plan-state">
          {behind ? (
            <>
              <LoaderCircle size={14} className="spin" aria-hidden /> Planning…
            </>
          ) : (
            'Nothing is made yet'
          )}
        </span>
      </div>
      <div className="panel-body stack">
        {error === null ? null : <ProblemNotice error={error} onRetry={retry} />}
        {others.map(({ where, message, fix }) => (
          <Notice key={`${where} ${message}`} tone="warn" title={`${where}: ${message}`}>
            {fix === undefined ? null : <p>{fix}</p>}
          </Notice>
        ))}
        {plan === undefined && error === null ? <SkeletonLines lines={7} /> : null}
        {stale ? (
          <Notice title="Correct the marked fields to see their plan">
            <p className="quiet">This is the plan of what was there before.</p>
          </Notice>
        ) : null}
        {plan === undefined ? null : (
          <div className={stale ? 'stack plan-stale' : 'stack'}>
            <Plan plan={plan} diff={diff} named={named} />
          </div>
        )}
      </div>
    </section>
  );
}

interface PlanProps {
  readonly plan: CreationPlan;
  readonly diff: PlanDiff;
  readonly named: boolean;
}

function Plan({ plan, diff, named }: PlanProps): ReactNode {
  const { files, pipeline, placements, path, verdicts, cost, why } = plan;
  const size = files.reduce((sum, file) => sum + file.bytes, 0);
  return (
    <>
      <Placements placements={placements} why={why} diff={diff} named={named} />
      {verdicts === undefined ? null : (
        <section className="plan-part" aria-label="Guardrails">
          <h3>Guardrails</h3>
          <VerdictList verdicts={verdicts} />
        </section>
      )}
      {cost === undefined ? null : (
        <section className="plan-part" aria-label="Cost">
          <h3>Cost</h3>
          <CostView cost={cost} />
        </section>
      )}
      <section className="plan-part">
        <h3>
          Pipeline <span className="faint small">{pipeline.file ?? 'no file'}</span>
        </h3>
        <ul>
          {pipeline.jobs.map(({ name, runsHere, note }) => (
            <li key={name} className={`plan-job${changedClass(diff, jobKey(name))}`}>
              <StateMark state={runsHere ? 'passed' : 'unavailable'} silent />
              <span>
                {name}
                {runsHere ? null : <span className="tag plan-tag">not on this platform</span>}
                {note === undefined ? null : <span className="small quiet plan-note">{note}</span>}
              </span>
            </li>
          ))}
          {pipeline.jobs.length === 0 ? <li className="small quiet">No jobs</li> : null}
        </ul>
      </section>
      <section className="plan-part">
        <h3>
          Repository{' '}
          <span className="faint small">
            {plural(files.length, 'file')}, {bytes(size)}
          </span>
        </h3>
        <FileTree files={files} added={diff.added} />
        {diff.removed.length === 0 ? null : (
          <p className="small quiet">
            {plural(diff.removed.length, 'part')} of the plan before went away.
          </p>
        )}
      </section>
      <p className="small quiet plan-promise">
        {path.title} {path.version}: {path.support}
      </p>
    </>
  );
}

const changedClass = (diff: PlanDiff, key: string): string =>
  diff.added.has(key) ? ' plan-new' : diff.changed.has(key) ? ' plan-changed' : '';

interface PlacementsProps {
  readonly placements: CreationPlan['placements'];
  readonly why: CreationPlan['why'];
  readonly diff: PlanDiff;
  readonly named: boolean;
}

function Placements({ placements, why, diff, named }: PlacementsProps): ReactNode {
  return (
    <section className="plan-part">
      <h3>Where it will run</h3>
      <ul>
        {placements.map(({ id, environment, url, size, memoryMiB, instances, comes }) => (
          <li
            key={environment}
            className={`plan-placement${changedClass(diff, placementKey(environment))}`}
          >
            <span className="strong">{environment}</span>
            <span
              className={named ? 'mono plan-address' : 'mono plan-address faint'}
              title={url ?? id}
            >
              {url === undefined ? id : addressText(url)}
            </span>
            <span className="small quiet">
              <Why of={whyOf(why, environment, 'run.instances')}>{instances}</Why> ×{' '}
              <Why of={whyOf(why, environment, 'run.size')}>{size}</Why> ({memoryMiB} MiB), {comes}
            </span>
          </li>
        ))}
        {placements.length === 0 ? (
          <li className="small quiet">Nowhere, as it is typed now.</li>
        ) : null}
      </ul>
    </section>
  );
}
