import type { ExceptionView } from '@pltf/contracts';
import { useQuery } from '@tanstack/react-query';
import { type ReactNode, useState } from 'react';
import { Link } from 'wouter';
import { useClient } from '../../../api/client-context.ts';
import { exceptionQuery } from '../../../api/governance-queries.ts';
import { isProblem } from '../../../api/problems.ts';
import { plural } from '../../../format/count.ts';
import { Answer } from '../../../parts/answer.tsx';
import { Button } from '../../../parts/button.tsx';
import { Notice } from '../../../parts/notice.tsx';
import { Page } from '../../../parts/page.tsx';
import { SeverityMark } from '../../../parts/severity-mark.tsx';
import { Ago, Until } from '../../../parts/time.tsx';
import { LostPage } from '../../lost/lost-page.tsx';
import { Crumb } from '../frame.tsx';
import { DecideDialog, type Decision } from './decide-dialog.tsx';
import { ExceptionFlags, ExceptionPill } from './exception-marks.tsx';
import { Exempts } from './exempts.tsx';
import { ExpiryMeter } from './expiry-meter.tsx';

export function ExceptionPage({ id }: { readonly id: string }): ReactNode {
  const query = useQuery(exceptionQuery(useClient(), id));
  const [deciding, setDeciding] = useState<Decision>();
  if (isProblem(query.error, 'not-found', 'bad-request')) return <LostPage what="exception" />;
  const exception = query.data;
  return (
    <Page
      title={exception?.guardrailTitle ?? 'Exception'}
      windowTitle="Exception"
      lead={
        <Crumb to="exceptions">
          {exception === undefined
            ? id
            : `${exception.scope.component} in ${exception.scope.environment ?? 'all environments'}`}
        </Crumb>
      }
      actions={
        exception === undefined ? undefined : (
          <Actions exception={exception} onDecide={setDeciding} />
        )
      }
    >
      <Answer query={query}>{(view) => <Detailed exception={view} />}</Answer>
      {deciding === undefined || exception === undefined ? null : (
        <DecideDialog
          decision={deciding}
          exception={exception}
          onClose={() => setDeciding(undefined)}
        />
      )}
    </Page>
  );
}

interface ActionsProps {
  readonly exception: ExceptionView;
  readonly onDecide: (decision: Decision) => void;
}

function Actions({ exception, onDecide }: ActionsProps): ReactNode {
  const { may, state } = exception;
  return (
    <>
      {may.withdraw ? <Button onClick={() => onDecide('withdraw')}>Withdraw</Button> : null}
      {may.revoke ? (
        <Button look="danger" onClick={() => onDecide('revoke')}>
          Revoke
        </Button>
      ) : null}
      {may.reject ? <Button onClick={() => onDecide('reject')}>Reject</Button> : null}
      {may.approve ? (
        <Button look="primary" onClick={() => onDecide('approve')}>
          {state === 'approved' ? 'Approve anew' : 'Approve'}
        </Button>
      ) : null}
    </>
  );
}

function Detailed({ exception }: { readonly exception: ExceptionView }): ReactNode {
  const { state, flag, use, exempts, reason, compensatingControl } = exception;
  return (
    <>
      {flag === undefined ? null : (
        <Notice tone="bad" title="Nobody answers for it any more">
          <p>
            {flag.reason}. Unless somebody approves it anew, it ends <Until at={flag.endsAt} />.
          </p>
        </Notice>
      )}
      {use === 'unneeded' && state === 'approved' ? (
        <Notice tone="good" title="It is not needed any more">
          <p>Nothing in its scope breaks the guardrail. Revoke it, and the debt is paid.</p>
        </Notice>
      ) : null}
      <div className="split">
        <section className="panel" aria-label="The exception">
          <div className="panel-body stack">
            <div className="row row-wrap">
              <ExceptionPill state={state} />
              <ExceptionFlags exception={exception} />
              {exception.severity === undefined ? null : (
                <SeverityMark severity={exception.severity} worded />
              )}
            </div>
            <ExpiryMeter exception={exception} />
            <div className="stack-tight">
              <h2>Reason</h2>
              <p className="prose keep-lines">{reason}</p>
            </div>
            <div className="stack-tight">
              <h2>Compensating control</h2>
              <p className="prose keep-lines">{compensatingControl}</p>
            </div>
            <Facts exception={exception} />
          </div>
        </section>
        <section className="panel" aria-label="Blast radius">
          <div className="panel-head">
            <h2>What it exempts</h2>
            {exempts.length === 0 ? null : (
              <span className="small quiet">{plural(exempts.length, 'failure')}</span>
            )}
          </div>
          <Exempts exempts={exempts} state={state} />
        </section>
      </div>
    </>
  );
}

function Facts({ exception }: { readonly exception: ExceptionView }): ReactNode {
  const { guardrail, owner, team, requester, requestedAt, approver, decisionReason } = exception;
  const { ticket, startsAt, endedBy, endedReason, state } = exception;
  return (
    <dl className="facts">
      <dt>Guardrail</dt>
      <dd className="anywhere">
        <Link href={`/governance/guardrails/${guardrail}`}>{guardrail}</Link>
      </dd>
      <dt>Service</dt>
      <dd className="anywhere">
        <Link href={`/components/${exception.scope.component}/governance`}>
          {exception.scope.component}
        </Link>
      </dd>
      <dt>Answers for it</dt>
      <dd className="anywhere">
        <span className="strong">{owner}</span> of {team}
      </dd>
      <dt>Asked by</dt>
      <dd className="anywhere">
        {requester} <Ago at={requestedAt} />
      </dd>
      {approver === undefined ? null : (
        <>
          <dt>{state === 'rejected' ? 'Rejected by' : 'Approved by'}</dt>
          <dd className="anywhere">
            {approver}
            {startsAt === undefined ? null : (
              <>
                {' '}
                <Ago at={startsAt} />
              </>
            )}
          </dd>
        </>
      )}
      {decisionReason === undefined ? null : (
        <>
          <dt>Because</dt>
          <dd className="anywhere">{decisionReason}</dd>
        </>
      )}
      {endedBy === undefined && endedReason === undefined ? null : (
        <>
          <dt>Ended</dt>
          <dd className="anywhere">
            {endedBy === undefined ? 'by itself' : `by ${endedBy}`}
            {endedReason === undefined ? '' : `: ${endedReason}`}
          </dd>
        </>
      )}
      {ticket === undefined ? null : (
        <>
          <dt>Ticket</dt>
          <dd className="anywhere">{ticket}</dd>
        </>
      )}
    </dl>
  );
}
