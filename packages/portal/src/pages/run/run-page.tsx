import type { ComponentDetail, RunView } from '@pltf/contracts';
import { useMutation, useQuery } from '@tanstack/react-query';
import { Ban, RotateCw } from 'lucide-react';
import type { ReactNode } from 'react';
import { Link, useLocation } from 'wouter';
import { useClient } from '../../api/client-context.ts';
import { newIdempotencyKey } from '../../api/idempotency.ts';
import { isProblem } from '../../api/problems.ts';
import { componentQuery, runQuery } from '../../api/queries.ts';
import { shortCommit } from '../../format/count.ts';
import { LogPanel } from '../../logs/log-panel.tsx';
import { Button } from '../../parts/button.tsx';
import { Notice, ProblemNotice } from '../../parts/notice.tsx';
import { Page } from '../../parts/page.tsx';
import { SkeletonLines } from '../../parts/skeleton.tsx';
import { StatePill } from '../../parts/state-mark.tsx';
import { Ago, Elapsed } from '../../parts/time.tsx';
import { mayOperate } from '../../session/rights.ts';
import { useMe } from '../../session/session.tsx';
import { LostPage } from '../lost/lost-page.tsx';
import { Failing } from './failing.tsx';
import { Jobs } from './jobs.tsx';

export function RunPage({ id }: { readonly id: string }): ReactNode {
  const client = useClient();
  const run = useQuery(runQuery(client, id));
  const component = useQuery({
    ...componentQuery(client, run.data?.component ?? ''),
    enabled: run.data !== undefined,
  });
  if (isProblem(run.error, 'not-found', 'bad-request')) return <LostPage what="pipeline run" />;
  if (run.data === undefined) {
    return (
      <Page title="Pipeline run">
        {run.error === null ? (
          <div className="panel panel-body">
            <SkeletonLines lines={6} height={18} />
          </div>
        ) : (
          <ProblemNotice
            error={run.error}
            onRetry={() => void run.refetch()}
            retrying={run.isFetching}
          />
        )}
      </Page>
    );
  }
  return <Run run={run.data} component={component.data} />;
}

function Run({
  run,
  component,
}: {
  readonly run: RunView;
  readonly component: ComponentDetail | undefined;
}): ReactNode {
  const client = useClient();
  const { id, number, state, subject, notes, failing } = run;
  return (
    <Page
      title={subject}
      windowTitle={`Run ${number} of ${run.component}`}
      lead={<Facts run={run} />}
      actions={
        <>
          <StatePill state={state} />
          <RunButtons run={run} component={component} />
        </>
      }
    >
      {failing.length === 0 ? null : (
        <Notice tone="bad" title="What failed">
          <Failing run={run} />
        </Notice>
      )}
      {notes.length === 0 ? null : (
        <Notice tone="warn" title="Not everything of the workflow runs here">
          <ul className="notes">
            {notes.map((note) => (
              <li key={note}>{note}</li>
            ))}
          </ul>
        </Notice>
      )}
      <div className="run">
        <Jobs run={run} />
        <LogPanel
          ends
          name={`${run.component}-run-${number}`}
          source={id}
          origin="step"
          open={(signal) =>
            client.runLog({ params: { id }, query: { follow: 'true' } }, { signal })
          }
        />
      </div>
    </Page>
  );
}

function Facts({ run }: { readonly run: RunView }): ReactNode {
  const { component, number, branch, commit, by, release, createdAt, startedAt, finishedAt } = run;
  return (
    <span className="row row-wrap small run-facts">
      <Link href={`/components/${component}/runs`} className="strong">
        {component}
      </Link>
      <span>run {number}</span>
      <span className="cut run-branch" title={branch}>
        {branch}
      </span>
      <code>{shortCommit(commit)}</code>
      <span>
        {by}, <Ago at={createdAt} />
      </span>
      {startedAt === undefined ? null : <Elapsed from={startedAt} to={finishedAt} />}
      {release === undefined ? null : (
        <Link href={`/components/${component}/releases`} className="tag release">
          made release #{release}
        </Link>
      )}
    </span>
  );
}

function RunButtons({
  run,
  component,
}: {
  readonly run: RunView;
  readonly component: ComponentDetail | undefined;
}): ReactNode {
  const client = useClient();
  const me = useMe();
  const [, go] = useLocation();
  const params = { params: { id: run.id } };
  const cancel = useMutation({ mutationFn: () => client.cancelRun(params) });
  const rerun = useMutation({
    mutationFn: () => client.rerun(params, { idempotencyKey: newIdempotencyKey() }),
    onSuccess: ({ id }) => go(`/runs/${id}`),
  });
  if (component === undefined || !mayOperate(me, component.owner).allowed) return null;
  const going = run.state === 'queued' || run.state === 'running';
  const error = cancel.error ?? rerun.error;
  return (
    <>
      {going ? (
        <Button
          icon={<Ban size={16} aria-hidden />}
          busy={cancel.isPending}
          onClick={() => cancel.mutate()}
        >
          Cancel
        </Button>
      ) : (
        <Button
          icon={<RotateCw size={16} aria-hidden />}
          busy={rerun.isPending}
          onClick={() => rerun.mutate()}
        >
          Run again
        </Button>
      )}
      {error === null ? null : <ProblemNotice error={error} />}
    </>
  );
}
