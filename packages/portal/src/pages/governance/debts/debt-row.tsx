import type { DebtItem } from '@pltf/contracts';
import type { ReactNode } from 'react';
import { Link } from 'wouter';
import { date } from '../../../format/time.ts';
import { useNow } from '../../../live/use-now.ts';
import { Prose } from '../../../parts/prose.tsx';
import { SeverityMark } from '../../../parts/severity-mark.tsx';
import { Ago } from '../../../parts/time.tsx';
import { ExceptionFlags, ExceptionPill } from '../exceptions/exception-marks.tsx';
import { ExpiryMeter } from '../exceptions/expiry-meter.tsx';
import { FindingPill } from '../guardrails/finding-pill.tsx';
import { Promised, RequestPill } from '../requests/request-marks.tsx';

interface DebtRowProps {
  readonly item: DebtItem;
  /** Says whose it is, where there are several teams. */
  readonly team: boolean;
}

/** One debt: what it is, how it is paid, and by when. */
export function DebtRow({ item, team }: DebtRowProps): ReactNode {
  const owner = team ? item.team : undefined;
  if (item.kind === 'failing') return <Failing item={item} owner={owner} />;
  if (item.kind === 'exception') return <Excepted item={item} owner={owner} />;
  return (
    <li className="list-row debt-row">
      <RequestPill state="open" />
      <span className="list-name">
        <Link href={`/governance/requests/${item.request}`} className="list-link strong">
          {item.title}
        </Link>
        <Below parts={[item.component, owner]} />
      </span>
      <Promised request={{ state: 'open', answerBy: item.answerBy, overdue: item.overdue }} />
    </li>
  );
}

function Below({ parts }: { readonly parts: readonly (string | undefined)[] }): ReactNode {
  const words = parts.filter((part) => part !== undefined).join(' · ');
  return words === '' ? null : (
    <span className="small faint cut" title={words}>
      {words}
    </span>
  );
}

interface FailingProps {
  readonly item: Extract<DebtItem, { kind: 'failing' }>;
  readonly owner: string | undefined;
}

function Failing({ item, owner }: FailingProps): ReactNode {
  const now = useNow();
  const { title, component, placement, state, message, remedy, since, enforceFrom, expired } = item;
  return (
    <li className="list-row debt-row">
      <FindingPill verdict={{ state }} />
      <span className="list-name">
        <Link
          href={component === undefined ? '/governance' : `/components/${component}/governance`}
          className="list-link strong"
        >
          {title}
        </Link>
        <Below parts={[placement, owner]} />
        {message === undefined ? null : <span className="small anywhere">{message}</span>}
        <span className="small quiet anywhere">
          <Prose text={remedy} />
        </span>
      </span>
      <span className="stack-tight small quiet debt-due">
        <SeverityMark severity={item.severity} worded />
        {enforceFrom === undefined ? (
          <span>
            since <Ago at={since} />
          </span>
        ) : (
          <span className="promised-late">
            refused from {date(`${enforceFrom}T12:00:00Z`, now)}
          </span>
        )}
        {expired === undefined ? null : (
          <Link href={`/governance/exceptions/${expired.exception}`}>
            its exception ended {date(expired.at, now)}
          </Link>
        )}
      </span>
    </li>
  );
}

interface ExceptedProps {
  readonly item: Extract<DebtItem, { kind: 'exception' }>;
  readonly owner: string | undefined;
}

function Excepted({ item, owner }: ExceptedProps): ReactNode {
  const { exception, title, component, state, expiresAt, unneeded, flagged } = item;
  return (
    <li className="list-row debt-row">
      <ExceptionPill state={state} />
      <span className="list-name">
        <Link href={`/governance/exceptions/${exception}`} className="list-link strong">
          {title}
        </Link>
        <Below parts={[component, `${item.owner} answers for it`, owner]} />
        <span className="row row-wrap">
          <ExceptionFlags
            exception={{
              state,
              exempts: [],
              use: unneeded ? 'unneeded' : 'unknown',
              ...(flagged
                ? {
                    flag: {
                      reason: 'Nobody answers for it any more',
                      since: expiresAt,
                      endsAt: expiresAt,
                    },
                  }
                : {}),
            }}
          />
        </span>
      </span>
      <span className="debt-due">
        <ExpiryMeter exception={{ state, expiresAt, requestedAt: expiresAt }} />
      </span>
    </li>
  );
}
