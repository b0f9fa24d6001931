import type { RolloutView } from '@pltf/contracts';
import { useInfiniteQuery } from '@tanstack/react-query';
import { History } from 'lucide-react';
import { Fragment, type ReactNode } from 'react';
import { useClient } from '../../api/client-context.ts';
import { rolloutsQuery } from '../../api/queries.ts';
import { count, latency } from '../../format/count.ts';
import { Empty } from '../../parts/empty.tsx';
import { More } from '../../parts/more.tsx';
import { ProblemNotice } from '../../parts/notice.tsx';
import { SkeletonLines } from '../../parts/skeleton.tsx';
import { StateMark } from '../../parts/state-mark.tsx';
import { Ago, Elapsed } from '../../parts/time.tsx';
import { markOf, rolloutEnd } from './rollout-stages.ts';

/** Every rollout of a placement with what the router counted while it went on. */
export function RolloutRecords({ placement }: { readonly placement: string }): ReactNode {
  const query = useInfiniteQuery(rolloutsQuery(useClient(), placement));
  const rollouts = query.data?.pages.flatMap(({ items }) => items);
  if (rollouts === undefined) {
    if (query.error !== null)
      return <ProblemNotice error={query.error} onRetry={() => void query.refetch()} />;
    return (
      <div className="panel-body">
        <SkeletonLines lines={3} />
      </div>
    );
  }
  if (rollouts.length === 0)
    return (
      <Empty small icon={History} title="No rollout yet" text="The first release brings one." />
    );
  return (
    <>
      <div className="scroll-x">
        <table className="table table-tight">
          <caption className="unseen">Rollouts</caption>
          <thead>
            <tr>
              <th scope="col">What</th>
              <th scope="col">Outcome</th>
              <th scope="col">By, and why</th>
              <th scope="col" className="number">
                Took
              </th>
              <th scope="col" className="number">
                Requests
              </th>
              <th scope="col" className="number">
                Failed
              </th>
              <th scope="col" className="number">
                Slowest
              </th>
              <th scope="col" className="number">
                When
              </th>
            </tr>
          </thead>
          <tbody>
            {rollouts.map((rollout) => (
              <Record key={rollout.id} rollout={rollout} />
            ))}
          </tbody>
        </table>
      </div>
      <More query={query} />
    </>
  );
}

function Record({ rollout }: { readonly rollout: RolloutView }): ReactNode {
  const { kind, from, to, requestedBy, why, startedAt, finishedAt, traffic, reason } = rollout;
  const failed = traffic === undefined ? 0 : traffic.failures;
  return (
    <Fragment>
      <tr>
        <td className="shrink">
          {kind}{' '}
          <span className="release">
            {from === undefined || from === to ? '' : `#${from} → `}#{to}
          </span>
        </td>
        <td className="shrink">
          <span className="row">
            <StateMark state={markOf(rollout)} silent />
            {rolloutEnd(rollout)}
          </span>
        </td>
        <td className="grow">
          <span className="cut" title={why}>
            {requestedBy}
            {why === undefined ? null : <span className="quiet"> “{why}”</span>}
          </span>
        </td>
        <td className="number shrink">
          <Elapsed from={startedAt} to={finishedAt} />
        </td>
        <td className="number">{traffic === undefined ? '–' : count(traffic.requests)}</td>
        <td className={failed > 0 ? 'number figure-bad' : 'number'}>
          {traffic === undefined ? '–' : count(failed)}
        </td>
        <td className="number shrink">
          {traffic === undefined || traffic.requests === 0 ? '–' : latency(traffic.slowestMs)}
        </td>
        <td className="number shrink faint small">
          <Ago at={startedAt} />
        </td>
      </tr>
      {reason === undefined ? null : (
        <tr className="record-reason">
          <td colSpan={8}>
            <p>{reason.detail}</p>
            <p className="small quiet">{reason.fix}</p>
            {reason.log.length === 0 ? null : (
              <pre className="excerpt">{reason.log.join('\n')}</pre>
            )}
          </td>
        </tr>
      )}
    </Fragment>
  );
}
