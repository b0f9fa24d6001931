import type { ExceptionState, ExceptionView } from '@pltf/contracts';
import { useInfiniteQuery } from '@tanstack/react-query';
import { Hourglass, Plus } from 'lucide-react';
import { type ReactNode, useState } from 'react';
import { Link, useSearchParams } from 'wouter';
import { useClient } from '../../../api/client-context.ts';
import { exceptionsQuery } from '../../../api/governance-queries.ts';
import { Answer } from '../../../parts/answer.tsx';
import { Button } from '../../../parts/button.tsx';
import { Empty } from '../../../parts/empty.tsx';
import { More } from '../../../parts/more.tsx';
import { Segments } from '../../../parts/segments.tsx';
import { SeverityMark } from '../../../parts/severity-mark.tsx';
import { GovernanceFrame } from '../frame.tsx';
import { ExceptionFlags, ExceptionPill } from './exception-marks.tsx';
import { ExpiryMeter } from './expiry-meter.tsx';
import { RequestException } from './request-exception.tsx';

const shown = ['approved', 'pending', 'expired', 'all'] as const;
type Shown = (typeof shown)[number];

const empty: Readonly<Record<Shown, readonly [string, string]>> = {
  approved: ['No exception in force', 'Every guardrail holds, or its failures are open debts.'],
  pending: [
    'Nothing waits for a decision',
    'What is asked for appears here until somebody decides.',
  ],
  expired: ['None has expired', 'An exception that has ended by itself stays here to be seen.'],
  all: ['No exceptions', 'Nobody has ever asked to break a guardrail.'],
};

export function ExceptionsPage(): ReactNode {
  const client = useClient();
  const [params, setParams] = useSearchParams();
  const showing = shown.find((one) => one === params.get('state')) ?? 'approved';
  const [asking, setAsking] = useState(params.get('do') === 'request');
  const query = useInfiniteQuery(exceptionsQuery(client, filterOf(showing)));
  const pending = useInfiniteQuery(exceptionsQuery(client, filterOf('pending')));
  const waiting = pending.data?.pages[0]?.items.length;
  return (
    <GovernanceFrame
      tab="exceptions"
      lead="Time-limited permissions to break one guardrail. Each has somebody who answers for it, and each ends."
      actions={
        <Button
          look="primary"
          icon={<Plus size={16} aria-hidden />}
          onClick={() => setAsking(true)}
        >
          Request an exception
        </Button>
      }
    >
      <div className="row row-wrap governance-tools">
        <Segments
          legend="Which"
          value={showing}
          onChange={(state) => setParams(state === 'approved' ? {} : { state }, { replace: true })}
          options={[
            ['approved', 'In force'],
            ['pending', 'Waiting', waiting === 0 ? undefined : waiting],
            ['expired', 'Expired'],
            ['all', 'All'],
          ]}
        />
      </div>
      <Answer query={query}>
        {({ pages }) => <List exceptions={pages.flatMap(({ items }) => items)} showing={showing} />}
      </Answer>
      <More query={query} />
      {asking ? <RequestException asked={{}} onClose={() => setAsking(false)} /> : null}
    </GovernanceFrame>
  );
}

const filterOf = (showing: Shown): { readonly state?: ExceptionState } =>
  showing === 'all' ? {} : { state: showing };

interface ListProps {
  readonly exceptions: readonly ExceptionView[];
  readonly showing: Shown;
}

function List({ exceptions, showing }: ListProps): ReactNode {
  const [title, text] = empty[showing];
  if (exceptions.length === 0)
    return (
      <div className="panel">
        <Empty icon={Hourglass} title={title} text={text} />
      </div>
    );
  return (
    <ul className="panel rows" aria-label="Exceptions">
      {exceptions.map((exception) => (
        <Row key={exception.id} exception={exception} />
      ))}
    </ul>
  );
}

function Row({ exception }: { readonly exception: ExceptionView }): ReactNode {
  const { id, guardrailTitle, severity, scope, owner, team, state } = exception;
  return (
    <li className="list-row exception-row">
      {severity === undefined ? <span /> : <SeverityMark severity={severity} />}
      <span className="list-name">
        <Link href={`/governance/exceptions/${id}`} className="list-link strong">
          {guardrailTitle}
        </Link>
        <span className="small quiet cut" title={scope.component}>
          {scope.component}{' '}
          <span className="faint">in {scope.environment ?? 'all environments'}</span>
        </span>
        <span className="row row-wrap flags">
          <ExceptionFlags exception={exception} />
        </span>
      </span>
      <span className="exception-owner small">
        <span className="cut" title={owner}>
          {owner}
        </span>
        <span className="faint cut" title={team}>
          {team}
        </span>
      </span>
      <ExceptionPill state={state} />
      <ExpiryMeter exception={exception} />
    </li>
  );
}
