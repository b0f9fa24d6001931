import type { PlatformPlan } from '@pltf/contracts';
import type { ReactNode } from 'react';
import { Link } from 'wouter';
import { count, plural } from '../../format/count.ts';
import { money } from '../../format/money.ts';
import { OnClusters } from './on-clusters.tsx';

type Change = PlatformPlan['settings'][number];

/** What a change of the platform touched: settings, placements as classes of equal difference, guardrails, cost. */
export function AcceptedPlan({ plan }: { readonly plan: PlatformPlan }): ReactNode {
  const { settings, placements, classes, rendered, moves = [], guardrails, cost, notes } = plan;
  return (
    <>
      <p>
        {count(placements.changed)} of {plural(placements.total, 'placement')} changed
        {cost.before === cost.after
          ? ''
          : `; a month went from ${money(cost.before, cost.currency)} to ${money(cost.after, cost.currency)}`}
        .
      </p>
      {settings.length === 0 ? null : (
        <section className="stack-tight">
          <h3>In the platform file</h3>
          <Changes changes={settings} />
        </section>
      )}
      {classes.length === 0 ? null : (
        <section className="stack-tight">
          <h3>Placements</h3>
          {classes.map((each) => (
            <Class key={`${each.environments.join()} ${each.examples.join()}`} each={each} />
          ))}
        </section>
      )}
      {rendered === undefined || rendered.classes.length === 0 ? null : (
        <OnClusters plan={rendered} />
      )}
      {moves.length === 0 ? null : (
        <section className="stack-tight">
          <h3>Moves to another runtime</h3>
          {moves.map((each) => (
            <Move key={`${each.environment} ${each.from}`} each={each} />
          ))}
        </section>
      )}
      {guardrails.length === 0 ? null : (
        <section className="stack-tight">
          <h3>Guardrails</h3>
          <ul className="stack-tight small">
            {guardrails.map(({ id, title, change, newlyFails, mode }) => (
              <li key={id} className="anywhere">
                <Link href={`/governance/guardrails/${id}`}>{title}</Link> {change}, {mode}
                {newlyFails === 0
                  ? ''
                  : `; ${plural(newlyFails, 'placement fails', 'placements fail')} it that did not`}
              </li>
            ))}
          </ul>
        </section>
      )}
      {notes.map((note) => (
        <p key={note} className="small quiet">
          {note}
        </p>
      ))}
    </>
  );
}

function Move({ each }: { readonly each: NonNullable<PlatformPlan['moves']>[number] }): ReactNode {
  const { environment, from, to, count: times, order, lacks } = each;
  return (
    <div className="change-class">
      <p className="row row-wrap small">
        <span className="strong">{plural(times, 'placement')}</span>
        <span className="tag">{environment}</span>
        <span className="quiet">
          {from} → {to}
        </span>
      </p>
      <p className="small anywhere">{order.replaceAll('`', '')}</p>
      {lacks.length === 0 ? null : (
        <ul className="stack-tight small">
          {lacks.map(({ message, fix }) => (
            <li key={message} className="anywhere">
              {message.replaceAll('`', '')}.{' '}
              <span className="quiet">{fix.replaceAll('`', '')}</span>
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}

function Class({ each }: { readonly each: PlatformPlan['classes'][number] }): ReactNode {
  const { environments, changes, count: times, examples, cost } = each;
  return (
    <div className="change-class">
      <p className="row row-wrap small">
        <span className="strong">{plural(times, 'placement')}</span>
        {environments.map((environment) => (
          <span key={environment} className="tag">
            {environment}
          </span>
        ))}
        {cost === undefined ? null : (
          <span className="quiet">
            {money(cost.before, cost.currency)} → {money(cost.after, cost.currency)} a month
          </span>
        )}
      </p>
      <Changes changes={changes} />
      <p className="small faint anywhere">
        {examples.join(', ')}
        {times > examples.length ? ` and ${plural(times - examples.length, 'more', 'more')}` : ''}
      </p>
    </div>
  );
}

const asText = (value: Change['before']): string =>
  value === undefined ? 'nothing' : typeof value === 'string' ? value : JSON.stringify(value);

function Changes({ changes }: { readonly changes: readonly Change[] }): ReactNode {
  return (
    <ul className="stack-tight small">
      {changes.map(({ path, before, after }) => (
        <li key={path} className="anywhere">
          <code>{path}</code> <span className="change-before">{asText(before)}</span> →{' '}
          {asText(after)}
        </li>
      ))}
    </ul>
  );
}
