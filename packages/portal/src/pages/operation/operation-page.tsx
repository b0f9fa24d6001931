import type { OperationView } from '@pltf/contracts';
import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { useClient } from '../../api/client-context.ts';
import { isProblem } from '../../api/problems.ts';
import { operationQuery } from '../../api/queries.ts';
import { between, span } from '../../format/time.ts';
import { useNow } from '../../live/use-now.ts';
import { Notice, ProblemNotice } from '../../parts/notice.tsx';
import { Page } from '../../parts/page.tsx';
import { SkeletonLines } from '../../parts/skeleton.tsx';
import { StatePill } from '../../parts/state-mark.tsx';
import { Steps } from '../../parts/steps.tsx';
import { LostPage } from '../lost/lost-page.tsx';
import { Outcome } from './outcome.tsx';

export function OperationPage({ id }: { readonly id: string }): ReactNode {
  const operation = useQuery(operationQuery(useClient(), id));
  if (isProblem(operation.error, 'not-found', 'bad-request')) return <LostPage what="operation" />;
  if (operation.data === undefined) {
    return (
      <Page title="Operation">
        {operation.error === null ? (
          <div className="panel panel-body">
            <SkeletonLines lines={5} height={18} />
          </div>
        ) : (
          <ProblemNotice
            error={operation.error}
            onRetry={() => void operation.refetch()}
            retrying={operation.isFetching}
          />
        )}
      </Page>
    );
  }
  return <Operation operation={operation.data} />;
}

export function Operation({ operation }: { readonly operation: OperationView }): ReactNode {
  const { subject, state, steps, problem, startedAt, finishedAt, requestedBy } = operation;
  return (
    <Page
      title={titleOf(operation)}
      lead={
        <>
          Asked for by {requestedBy}. <Total from={startedAt} to={finishedAt} />
        </>
      }
      actions={<StatePill state={state} />}
    >
      <div className="operation">
        <section className="panel" aria-label="Steps">
          <div className="panel-body">
            <Steps steps={steps} />
          </div>
          {state === 'running' ? (
            <p className="operation-foot small quiet">
              You can close this page: it goes on by itself. <code>pltf attach {operation.id}</code>{' '}
              follows it in a terminal.
            </p>
          ) : null}
        </section>
        <div className="stack">
          {problem === undefined ? null : (
            <Notice
              tone={state === 'undone' ? 'bad' : 'warn'}
              title={
                state === 'undone' ? `${subject} was not created` : 'It failed and is being undone'
              }
              urgent
            >
              <p className="keep-lines">{problem.detail}</p>
              <p className="quiet">
                {problem.fix} <span className="faint mono small">{problem.code}</span>
              </p>
            </Notice>
          )}
          <Outcome operation={operation} />
        </div>
      </div>
      <p className="unseen" role="status" aria-live="polite">
        {saying(operation)}
      </p>
    </Page>
  );
}

const verbs = {
  create: {
    running: 'Creating',
    done: 'Created',
    undoing: 'Undoing the creation of',
    undone: 'Undone: creation of',
  },
  apply: {
    running: 'Applying the thin file of',
    done: 'Applied the thin file of',
    undoing: 'Putting back the thin file of',
    undone: 'Not applied: the thin file of',
  },
  delete: { running: 'Deleting', done: 'Deleted', undoing: 'Deleting', undone: 'Not deleted:' },
  'remove-preview': {
    running: 'Ending the preview',
    done: 'Ended the preview',
    undoing: 'Ending the preview',
    undone: 'Not ended:',
  },
} as const;

export const titleOf = ({ kind, state, subject }: OperationView): string =>
  `${verbs[kind][state]} ${subject}`;

/** What a screen reader hears as it goes on: one short sentence for each step. */
function saying(operation: OperationView): string {
  const now = operation.steps.find(({ state }) => state === 'running');
  if (operation.finishedAt !== undefined || now === undefined) return titleOf(operation);
  const at = operation.steps.indexOf(now) + 1;
  return `Step ${at} of ${operation.steps.length}: ${now.title}`;
}

function Total({
  from,
  to,
}: {
  readonly from: string;
  readonly to: string | undefined;
}): ReactNode {
  const now = useNow(to === undefined);
  const took = span(between(from, to, now));
  return <span className="faint">{to === undefined ? `${took} so far` : `Took ${took}.`}</span>;
}
