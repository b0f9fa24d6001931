import type { AuditEntry } from '@pltf/contracts';
import { useInfiniteQuery } from '@tanstack/react-query';
import { ScrollText } from 'lucide-react';
import { type ReactNode, useState } from 'react';
import { useClient } from '../../api/client-context.ts';
import { auditQuery } from '../../api/queries.ts';
import { clock, date, full } from '../../format/time.ts';
import { useNow } from '../../live/use-now.ts';
import { Empty } from '../../parts/empty.tsx';
import { More } from '../../parts/more.tsx';
import { ProblemNotice } from '../../parts/notice.tsx';
import { Page } from '../../parts/page.tsx';
import { SkeletonLines } from '../../parts/skeleton.tsx';
import { mayReadAudit } from '../../session/rights.ts';
import { useMe } from '../../session/session.tsx';
import { useRested } from '../catalogue/use-catalogue.ts';

const typingMs = 250;

export function AuditPage(): ReactNode {
  const right = mayReadAudit(useMe());
  return (
    <Page
      title="Audit trail"
      lead="Who did what, from where, and with what outcome. Entries are only ever added."
    >
      {right.allowed ? (
        <Trail />
      ) : (
        <div className="panel">
          <Empty icon={ScrollText} title="Not for your role" text={right.reason} />
        </div>
      )}
    </Page>
  );
}

function Trail(): ReactNode {
  const [actor, setActor] = useState('');
  const [target, setTarget] = useState('');
  const asked = useRested(JSON.stringify({ actor: actor.trim(), target: target.trim() }), typingMs);
  const filter = Object.fromEntries(
    Object.entries(JSON.parse(asked) as Record<string, string>).filter(([, value]) => value !== ''),
  );
  const query = useInfiniteQuery(auditQuery(useClient(), filter));
  const entries = query.data?.pages.flatMap(({ items }) => items);
  return (
    <section className="panel" aria-label="Audit entries">
      <div className="log-bar">
        <input
          className="input input-small audit-filter"
          type="search"
          aria-label="Only this actor"
          placeholder="Actor, exactly"
          maxLength={100}
          value={actor}
          onChange={(event) => setActor(event.target.value)}
        />
        <input
          className="input input-small audit-filter"
          type="search"
          aria-label="Only this target"
          placeholder="Target, exactly"
          maxLength={200}
          value={target}
          onChange={(event) => setTarget(event.target.value)}
        />
      </div>
      {entries === undefined ? (
        query.error === null ? (
          <div className="panel-body">
            <SkeletonLines lines={8} />
          </div>
        ) : (
          <ProblemNotice
            error={query.error}
            onRetry={() => void query.refetch()}
            retrying={query.isFetching}
          />
        )
      ) : entries.length === 0 ? (
        <Empty
          small
          icon={ScrollText}
          title="No entry"
          text="Nobody did anything that fits these words."
        />
      ) : (
        <Entries entries={entries} />
      )}
      <More query={query} />
    </section>
  );
}

const tones = { done: 'good', denied: 'warn', failed: 'bad' } as const;

function Entries({ entries }: { readonly entries: readonly AuditEntry[] }): ReactNode {
  const now = useNow();
  return (
    <div className="scroll-x">
      <table className="table table-tight">
        <caption className="unseen">Audit entries, newest first</caption>
        <thead>
          <tr>
            <th scope="col">When</th>
            <th scope="col">Actor</th>
            <th scope="col">Action</th>
            <th scope="col">Target</th>
            <th scope="col">Outcome</th>
            <th scope="col">From</th>
            <th scope="col">Why</th>
          </tr>
        </thead>
        <tbody>
          {entries.map((entry) => (
            <tr key={entry.seq}>
              <td className="shrink">
                <time dateTime={entry.at} title={`${full(entry.at)}, request ${entry.requestId}`}>
                  {date(entry.at, now)} <span className="faint">{clock(entry.at)}</span>
                </time>
              </td>
              <td className="shrink">
                <span className="strong">{entry.actor}</span>{' '}
                <span className="small faint">{entry.via}</span>
              </td>
              <td className="mono shrink">{entry.action}</td>
              <td>
                <span className="cut audit-target" title={entry.target}>
                  {entry.target}
                </span>
              </td>
              <td>
                <span className={`pill pill-${tones[entry.outcome]}`}>{entry.outcome}</span>
              </td>
              <td className="mono shrink small">{entry.address}</td>
              <td>{entry.why ?? <span className="faint">–</span>}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
