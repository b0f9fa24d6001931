import type { RequestView } from '@pltf/contracts';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { type ReactNode, useState } from 'react';
import { Link } from 'wouter';
import { useClient } from '../../../api/client-context.ts';
import { requestQuery } from '../../../api/governance-queries.ts';
import { isProblem } from '../../../api/problems.ts';
import { Answer } from '../../../parts/answer.tsx';
import { Button } from '../../../parts/button.tsx';
import { Page } from '../../../parts/page.tsx';
import { Ago } from '../../../parts/time.tsx';
import { LostPage } from '../../lost/lost-page.tsx';
import { Crumb } from '../frame.tsx';
import { ReasonDialog } from '../reason-dialog.tsx';
import { Promised, RequestPill } from './request-marks.tsx';

type Deciding = 'accepted' | 'declined' | 'withdrawn';

export function RequestPage({ id }: { readonly id: string }): ReactNode {
  const query = useQuery(requestQuery(useClient(), id));
  const [deciding, setDeciding] = useState<Deciding>();
  if (isProblem(query.error, 'not-found', 'bad-request')) return <LostPage what="request" />;
  const request = query.data;
  return (
    <Page
      title={request?.title ?? 'Request'}
      lead={
        <Crumb to="requests">{request === undefined ? id : `asked by ${request.requester}`}</Crumb>
      }
      actions={
        request === undefined ? undefined : <Actions request={request} onDecide={setDeciding} />
      }
    >
      <Answer query={query}>{(view) => <Detailed request={view} />}</Answer>
      {deciding === undefined || request === undefined ? null : (
        <Decide deciding={deciding} request={request} onClose={() => setDeciding(undefined)} />
      )}
    </Page>
  );
}

interface ActionsProps {
  readonly request: RequestView;
  readonly onDecide: (deciding: Deciding) => void;
}

function Actions({ request, onDecide }: ActionsProps): ReactNode {
  const { may } = request;
  return (
    <>
      {may.withdraw ? <Button onClick={() => onDecide('withdrawn')}>Withdraw</Button> : null}
      {may.answer ? (
        <>
          <Button onClick={() => onDecide('declined')}>Decline</Button>
          <Button look="primary" onClick={() => onDecide('accepted')}>
            Accept
          </Button>
        </>
      ) : null}
    </>
  );
}

function Detailed({ request }: { readonly request: RequestView }): ReactNode {
  const { what, state, requester, askedAt, owner, component } = request;
  const { decidedBy, decidedAt, decisionReason } = request;
  return (
    <div className="split">
      <section className="panel" aria-label="What is asked for">
        <div className="panel-body stack">
          <p className="prose keep-lines">{what}</p>
        </div>
      </section>
      <section className="panel" aria-label="Answer">
        <div className="panel-head">
          <h2>Answer</h2>
          <RequestPill state={state} />
        </div>
        <div className="panel-body stack">
          {decisionReason === undefined || decisionReason === '' ? null : (
            <p className="prose keep-lines">{decisionReason}</p>
          )}
          <Promised request={request} />
          <dl className="facts">
            <dt>Answers for it</dt>
            <dd className="anywhere">{owner}</dd>
            <dt>Asked by</dt>
            <dd className="anywhere">
              {requester} <Ago at={askedAt} />
            </dd>
            {decidedBy === undefined || decidedAt === undefined ? null : (
              <>
                <dt>Decided by</dt>
                <dd className="anywhere">
                  {decidedBy} <Ago at={decidedAt} />
                </dd>
              </>
            )}
            {component === undefined ? null : (
              <>
                <dt>Service</dt>
                <dd className="anywhere">
                  <Link href={`/components/${component}`}>{component}</Link>
                </dd>
              </>
            )}
          </dl>
        </div>
      </section>
    </div>
  );
}

const words = {
  accepted: ['Accept the request', 'Accept', 'Accepted'],
  declined: ['Decline the request', 'Decline', 'Declined'],
  withdrawn: ['Withdraw the request', 'Withdraw', 'Withdrawn'],
} as const;

interface DecideProps {
  readonly deciding: Deciding;
  readonly request: RequestView;
  readonly onClose: () => void;
}

function Decide({ deciding, request: { id, requester }, onClose }: DecideProps): ReactNode {
  const client = useClient();
  const queryClient = useQueryClient();
  const [title, submit, accepted] = words[deciding];
  return (
    <ReasonDialog
      title={title}
      submit={submit}
      accepted={accepted}
      shortest={deciding === 'withdrawn' ? 0 : 10}
      run={(reason, options) =>
        deciding === 'withdrawn'
          ? client.withdrawRequest({ params: { id }, body: { reason } }, options)
          : client.answerRequest({ params: { id }, body: { decision: deciding, reason } }, options)
      }
      onDone={(view) => queryClient.setQueryData(['requests', 'one', id], view)}
      old={['requests', 'debts']}
      onClose={onClose}
    >
      <p>
        {deciding === 'accepted'
          ? `Say to ${requester} what comes, and when.`
          : deciding === 'declined'
            ? `Say to ${requester} why not, and what to do instead.`
            : 'Nobody has to answer it any more.'}
      </p>
    </ReasonDialog>
  );
}
