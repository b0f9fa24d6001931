import type { ComponentDetail, RunView } from '@pltf/contracts';
import { useInfiniteQuery } from '@tanstack/react-query';
import { GitCommitVertical } from 'lucide-react';
import type { ReactNode } from 'react';
import { Link } from 'wouter';
import { useClient } from '../../api/client-context.ts';
import { runsQuery } from '../../api/queries.ts';
import { shortCommit } from '../../format/count.ts';
import { Empty } from '../../parts/empty.tsx';
import { More } from '../../parts/more.tsx';
import { ProblemNotice } from '../../parts/notice.tsx';
import { SkeletonLines } from '../../parts/skeleton.tsx';
import { StateMark } from '../../parts/state-mark.tsx';
import { Ago, Elapsed } from '../../parts/time.tsx';
import { Failing } from '../run/failing.tsx';

export function RunsTab({ component }: { readonly component: ComponentDetail }): ReactNode {
  const query = useInfiniteQuery(runsQuery(useClient(), component.name));
  const runs = query.data?.pages.flatMap(({ items }) => items);
  if (runs === undefined) {
    if (query.error !== null)
      return (
        <ProblemNotice
          error={query.error}
          onRetry={() => void query.refetch()}
          retrying={query.isFetching}
        />
      );
    return (
      <div className="panel panel-body">
        <SkeletonLines lines={6} />
      </div>
    );
  }
  return (
    <section className="panel" aria-label="Pipeline runs">
      {runs.length === 0 ? (
        <Empty
          icon={GitCommitVertical}
          title="No run yet"
          text="Each push runs the repository's own workflow."
        />
      ) : null}
      <ul>
        {runs.map((run, index) => (
          <Run
            key={run.id}
            run={run}
            newest={runs.findIndex(({ branch }) => branch === run.branch) === index}
          />
        ))}
      </ul>
      <More query={query} />
    </section>
  );
}

/** A run on one line; the newest of its branch shows the failing lines too. */
function Run({ run, newest }: { readonly run: RunView; readonly newest: boolean }): ReactNode {
  const {
    id,
    number,
    state,
    subject,
    branch,
    commit,
    by,
    jobs,
    release,
    createdAt,
    startedAt,
    finishedAt,
  } = run;
  return (
    <li className="run-row">
      <StateMark state={state} size={18} />
      <span className="run-words">
        <span className="row">
          <Link href={`/runs/${id}`} className="run-link cut" title={subject}>
            {subject}
          </Link>
          {release === undefined ? null : <span className="tag release">#{release}</span>}
        </span>
        <span className="small quiet row row-wrap run-facts">
          <span>run {number}</span>
          <span className="cut run-branch" title={branch}>
            {branch}
          </span>
          <code>{shortCommit(commit)}</code>
          <span>{by}</span>
        </span>
      </span>
      <ul className="run-jobs" aria-label="Jobs">
        {jobs.map((job) => (
          <li key={job.id} className="row small" title={job.note ?? job.name}>
            <StateMark state={job.state} size={14} />
            <span className="cut">{job.name}</span>
          </li>
        ))}
      </ul>
      <span className="run-times small faint">
        {startedAt === undefined ? null : <Elapsed from={startedAt} to={finishedAt} />}
        <Ago at={createdAt} />
      </span>
      {newest && run.failing.length > 0 ? (
        <div className="run-failing">
          <Failing run={run} most={6} />
        </div>
      ) : null}
    </li>
  );
}
