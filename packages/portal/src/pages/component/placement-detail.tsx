import type { PlacementView, ReleaseView } from '@pltf/contracts';
import { useQuery } from '@tanstack/react-query';
import { ScrollText } from 'lucide-react';
import type { ReactNode } from 'react';
import { Link } from 'wouter';
import { useClient } from '../../api/client-context.ts';
import { keptQuery } from '../../api/queries.ts';
import { count, latency } from '../../format/count.ts';
import { Notice } from '../../parts/notice.tsx';
import { Ago, Until } from '../../parts/time.tsx';
import type { Acting } from './actions/asked.ts';
import { DriftNotice } from './drift-notice.tsx';
import { Instances } from './instances.tsx';
import { KeptNotice, otherNotes } from './kept-notice.tsx';
import { Figure } from './placement-figures.tsx';
import { RolloutRecords } from './rollout-records.tsx';

interface PlacementDetailProps {
  readonly placement: PlacementView;
  readonly releases: readonly ReleaseView[];
  readonly acting: Acting;
}

/** Everything about one placement: its instances, its traffic and the record of its rollouts. */
export function PlacementDetail({ placement, acting }: PlacementDetailProps): ReactNode {
  const { id, environment, component, branch, asOf, leftovers, desired } = placement;
  return (
    <section className="panel" aria-label={`Details of ${id}`}>
      <div className="panel-head">
        <h2 className="row">
          {environment}
          {branch === undefined || environment !== 'preview' ? null : (
            <span className="tag cut">{branch}</span>
          )}
        </h2>
        {asOf === undefined ? (
          <span className="small faint">not observed yet</span>
        ) : (
          <span className="small faint">
            as of <Ago at={asOf} />
          </span>
        )}
        <Link
          className="button button-small"
          href={`/components/${component}/logs?of=${encodeURIComponent(id)}`}
        >
          <ScrollText size={14} aria-hidden /> Logs
        </Link>
      </div>
      {leftovers.length === 0 ? null : (
        <div className="panel-body">
          <Notice tone="warn" title={`Removing: ${leftovers.length} left`}>
            <p>{leftovers.join(', ')}</p>
          </Notice>
        </div>
      )}
      <Notes placement={placement} />
      <Schedule placement={placement} />
      <DriftNotice placement={placement} acting={acting} />
      <KeptNotice placement={placement} acting={acting} />
      <Instances placement={placement} />
      {placement.url === undefined ? null : <TrafficFacts placement={placement} />}
      <h3 className="part-title">
        Rollouts{' '}
        <span className="faint small">
          size {desired.size}, runs on {placement.runtime}
        </span>
      </h3>
      <RolloutRecords placement={id} />
    </section>
  );
}

function Notes({ placement }: { readonly placement: PlacementView }): ReactNode {
  const kept = useQuery(keptQuery(useClient(), placement)).data?.items ?? [];
  const notes = otherNotes(placement.notes, kept);
  if (notes.length === 0) return null;
  return (
    <div className="panel-body">
      <Notice tone="plain" title={`What ${placement.runtime} has to say`}>
        {notes.map(({ what, because }) => (
          <p key={what}>
            <strong>{what}</strong>: {because}
          </p>
        ))}
      </Notice>
    </div>
  );
}

/** When a job runs next, and how it ran last. */
function Schedule({ placement }: { readonly placement: PlacementView }): ReactNode {
  const { schedule } = placement;
  if (schedule === undefined) return null;
  const { cron, next, last, lastState } = schedule;
  return (
    <dl className="figures">
      <Figure name="Schedule (UTC)">
        <code>{cron}</code>
      </Figure>
      <Figure name="Next">{next === undefined ? '–' : <Until at={next} />}</Figure>
      <Figure name="Last" bad={lastState === 'failed'}>
        {last === undefined ? '–' : <Ago at={last} />}
        {lastState === undefined ? '' : `, ${lastState}`}
      </Figure>
    </dl>
  );
}

function TrafficFacts({ placement }: { readonly placement: PlacementView }): ReactNode {
  const { traffic } = placement;
  if (traffic === undefined) return null;
  const { requests, errors, failures, p50Ms, p95Ms, p99Ms, slowestMs } = traffic;
  const ms = (value: number): string => (requests === 0 ? '–' : latency(value));
  return (
    <>
      <h3 className="part-title">Traffic, as the router counted</h3>
      <dl className="figures figures-wide">
        <Figure name="Requests">{count(requests)}</Figure>
        <Figure
          name="Errors (5xx)"
          bad={errors > 0}
          title="Answers with a status of 500 or more from the program"
        >
          {count(errors)}
        </Figure>
        <Figure
          name="Not answered"
          bad={failures > 0}
          title="Requests that the router had to fail itself"
        >
          {count(failures)}
        </Figure>
        <Figure name="p50">{ms(p50Ms)}</Figure>
        <Figure name="p95">{ms(p95Ms)}</Figure>
        <Figure name="p99">{ms(p99Ms)}</Figure>
        <Figure name="Slowest">{ms(slowestMs)}</Figure>
      </dl>
    </>
  );
}
