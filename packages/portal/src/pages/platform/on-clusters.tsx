import type { RenderedClassView, RenderedPlan } from '@pltf/contracts';
import type { ReactNode } from 'react';
import { count, plural } from '../../format/count.ts';
import { span } from '../../format/time.ts';

const mostClasses = 20;
const mostChanges = 12;

const atStake: Readonly<Record<RenderedClassView['risk'], string>> = {
  labels: 'labels only',
  settings: 'settings',
  instances: 'instances',
  network: 'network',
  stateful: 'holds state',
  removal: 'takes something out',
};

/** What a change makes of what is rendered for clusters: classes of equal difference, then the waves that they go out in. */
export function OnClusters({ plan }: { readonly plan: RenderedPlan }): ReactNode {
  const { placements, classes, waves } = plan;
  const further = classes.slice(mostClasses);
  return (
    <section className="stack-tight">
      <h3>On clusters</h3>
      <p className="small">
        {count(placements.unchanged)} unchanged; {plural(placements.changed, 'changes', 'change')}
        {placements.changed === 0
          ? ''
          : ` in ${plural(classes.filter(({ takenOut }) => takenOut !== true).length, 'way')}`}
        {placements.removed === undefined ? '' : `; ${count(placements.removed)} taken out`}
      </p>
      {classes.slice(0, mostClasses).map((each) => (
        <RenderedClass
          key={`${each.environments.join()} ${each.examples.join()} ${each.changes[0]?.field ?? ''}`}
          each={each}
        />
      ))}
      {further.length === 0 ? null : (
        <p className="small quiet">and {plural(further.length, 'way')} more</p>
      )}
      {waves.length === 0 ? null : (
        <ol className="stack-tight small" aria-label="Waves of the change, in their order">
          {waves.map(({ ring, placements: number, soakMs, maxFailures, mandatory, removals }) => (
            <li key={ring} className="anywhere">
              <span className="strong">{ring}</span>: {plural(number, 'placement')}, {span(soakMs)}{' '}
              of soak, halts above {plural(maxFailures, 'failure')}
              {mandatory ? ', has to prove it' : ''}
              {removals === undefined ? '' : `, takes out ${count(removals)}`}
            </li>
          ))}
        </ol>
      )}
    </section>
  );
}

function RenderedClass({ each }: { readonly each: RenderedClassView }): ReactNode {
  const { environments, changes, examples, risk, startsAgain, takenOut, more } = each;
  const hidden = Math.max(0, changes.length - mostChanges) + more;
  return (
    <div className="change-class">
      <p className="row row-wrap small">
        <span className="strong">{plural(each.count, 'placement')}</span>
        {environments.map((environment) => (
          <span key={environment} className="tag">
            {environment}
          </span>
        ))}
        <span className="quiet">
          {takenOut === true ? 'taken out, with all that they hold' : atStake[risk]}
          {startsAgain ? ', starts again' : ''}
        </span>
      </p>
      <ul className="stack-tight small">
        {changes.slice(0, mostChanges).map((change) => (
          <li key={`${change.object} ${change.field}`} className="anywhere">
            {change.object} <code>{change.field}</code> <Sides change={change} />
          </li>
        ))}
      </ul>
      {hidden === 0 ? null : <p className="small quiet">and {count(hidden)} more</p>}
      <p className="small faint anywhere">
        {examples.join(', ')}
        {each.count > examples.length
          ? ` and ${plural(each.count - examples.length, 'more', 'more')}`
          : ''}
      </p>
    </div>
  );
}

function Sides({ change }: { readonly change: RenderedClassView['changes'][number] }): ReactNode {
  const { field, before, after } = change;
  if (field === '') return after === undefined ? 'goes' : 'comes';
  if (before === undefined && after === undefined) return 'changes';
  return (
    <>
      <span className="change-before">{before ?? 'nothing'}</span> → {after ?? 'nothing'}
    </>
  );
}
