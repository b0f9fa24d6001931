import type { RequestView } from '@pltf/contracts';
import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { MessageCircleQuestion, Plus } from 'lucide-react';
import { type ReactNode, useState } from 'react';
import { Link, useSearchParams } from 'wouter';
import { useClient } from '../../../api/client-context.ts';
import { platformQuery, requestsQuery } from '../../../api/governance-queries.ts';
import { durationWords } from '../../../format/duration.ts';
import { Answer } from '../../../parts/answer.tsx';
import { Button } from '../../../parts/button.tsx';
import { Empty } from '../../../parts/empty.tsx';
import { More } from '../../../parts/more.tsx';
import { Segments } from '../../../parts/segments.tsx';
import { Ago } from '../../../parts/time.tsx';
import { GovernanceFrame } from '../frame.tsx';
import { NewRequest } from './new-request.tsx';
import { Promised, RequestPill } from './request-marks.tsx';

const shown = ['open', 'overdue', 'all'] as const;
type Shown = (typeof shown)[number];

const filters = {
  open: { state: 'open' },
  overdue: { state: 'open', overdue: true },
  all: {},
} as const;

export function RequestsPage(): ReactNode {
  const client = useClient();
  const [params, setParams] = useSearchParams();
  const showing = shown.find((one) => one === params.get('state')) ?? 'open';
  const [asking, setAsking] = useState(params.get('do') === 'ask');
  const query = useInfiniteQuery(requestsQuery(client, filters[showing]));
  const platform = useQuery(platformQuery(client));
  const intake = platform.data?.file.intake;
  return (
    <GovernanceFrame
      tab="requests"
      lead={
        intake === undefined
          ? 'What does not fit a golden path: asked for here, answered by a team that answers for it.'
          : `What does not fit a golden path. ${intake.owner} answers, within ${durationWords(intake.answerWithin)}.`
      }
      actions={
        <Button
          look="primary"
          icon={<Plus size={16} aria-hidden />}
          onClick={() => setAsking(true)}
        >
          Ask for something
        </Button>
      }
    >
      <div className="row row-wrap governance-tools">
        <Segments
          legend="Which"
          value={showing}
          onChange={(state) => setParams(state === 'open' ? {} : { state }, { replace: true })}
          options={[
            ['open', 'Open'],
            ['overdue', 'Overdue'],
            ['all', 'All'],
          ]}
        />
      </div>
      <Answer query={query}>
        {({ pages }) => <List requests={pages.flatMap(({ items }) => items)} showing={showing} />}
      </Answer>
      <More query={query} />
      {asking ? <NewRequest onClose={() => setAsking(false)} /> : null}
    </GovernanceFrame>
  );
}

interface ListProps {
  readonly requests: readonly RequestView[];
  readonly showing: Shown;
}

function List({ requests, showing }: ListProps): ReactNode {
  if (requests.length === 0)
    return (
      <div className="panel">
        <Empty
          icon={MessageCircleQuestion}
          title={showing === 'overdue' ? 'Nothing is overdue' : 'No requests'}
          text={
            showing === 'overdue'
              ? 'Every open request is within its promised time.'
              : 'When the golden paths do not have what you need, ask. You get an answer with a reason.'
          }
        />
      </div>
    );
  return (
    <ul className="panel rows" aria-label="Requests">
      {requests.map((request) => (
        <Row key={request.id} request={request} />
      ))}
    </ul>
  );
}

function Row({ request }: { readonly request: RequestView }): ReactNode {
  const { id, title, requester, askedAt, owner, component, state } = request;
  return (
    <li className="list-row request-row">
      <span className="list-name">
        <Link href={`/governance/requests/${id}`} className="list-link strong">
          {title}
        </Link>
        <span className="small faint cut" title={requester}>
          {requester} <Ago at={askedAt} />
          {component === undefined ? '' : ` for ${component}`}
        </span>
      </span>
      <span className="small quiet cut" title={owner}>
        to {owner}
      </span>
      <RequestPill state={state} />
      <Promised request={request} />
    </li>
  );
}
