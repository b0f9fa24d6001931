import type { Verdict } from '@pltf/contracts';
import { CircleCheck } from 'lucide-react';
import type { ReactNode } from 'react';
import { Link } from 'wouter';
import { plural } from '../../../format/count.ts';
import { date } from '../../../format/time.ts';
import { useNow } from '../../../live/use-now.ts';
import { Button } from '../../../parts/button.tsx';
import { Prose } from '../../../parts/prose.tsx';
import { FindingPill } from '../guardrails/finding-pill.tsx';
import { type Said, saidOf } from './verdicts.ts';

interface VerdictListProps {
  readonly verdicts: readonly Verdict[];
  /** The way to an exception, where there is something to except. */
  readonly onAsk?: (verdict: Verdict) => void;
}

/** What guardrails say: what is wrong first, with its place and remedy; what passes is folded away. */
export function VerdictList({ verdicts, onAsk }: VerdictListProps): ReactNode {
  const said = saidOf(verdicts);
  const wrong = said.filter(({ verdict }) => verdict.state !== 'pass');
  const passing = [
    ...new Map(
      said.flatMap(({ verdict }) =>
        verdict.state === 'pass' ? [[verdict.guardrail, verdict]] : [],
      ),
    ).values(),
  ] as readonly Verdict[];
  return (
    <div className="verdicts">
      {wrong.length === 0 ? (
        <p className="row verdict-well">
          <CircleCheck size={16} aria-hidden className="mark-good" />
          {verdicts.length === 0
            ? 'No guardrail looks at it.'
            : `All ${plural(passing.length, 'guardrail')} that look at it pass.`}
        </p>
      ) : (
        <ul aria-label="What does not pass">
          {wrong.map((one) => (
            <Line
              key={`${one.verdict.guardrail} ${one.environments.join()} ${one.verdict.where ?? ''}`}
              said={one}
              onAsk={onAsk}
            />
          ))}
        </ul>
      )}
      {passing.length === 0 || wrong.length === 0 ? null : (
        <details className="small verdict-passing">
          <summary>{plural(passing.length, 'guardrail passes', 'guardrails pass')}</summary>
          <ul>
            {passing.map(({ guardrail, title }) => (
              <li key={guardrail}>
                <Link href={`/governance/guardrails/${guardrail}`}>{title}</Link>
              </li>
            ))}
          </ul>
        </details>
      )}
    </div>
  );
}

interface LineProps {
  readonly said: Said;
  readonly onAsk: VerdictListProps['onAsk'];
}

function Line({ said: { verdict, environments }, onAsk }: LineProps): ReactNode {
  const now = useNow();
  const { guardrail, title, message, where, remedy, enforceFrom, exception, expired } = verdict;
  return (
    <li className="verdict">
      <span className="row row-wrap">
        <FindingPill verdict={verdict} />
        {environments.map((environment) => (
          <span key={environment} className="tag">
            {environment}
          </span>
        ))}
        {enforceFrom === undefined ? null : (
          <span className="small promised-late">
            refused from {date(`${enforceFrom}T12:00:00Z`, now)}
          </span>
        )}
      </span>
      <Link href={`/governance/guardrails/${guardrail}`} className="verdict-title strong">
        {title}
      </Link>
      {message === undefined ? null : (
        <span className="small anywhere">
          {message}
          {where === undefined ? null : <code className="faint place">{where}</code>}
        </span>
      )}
      <span className="small quiet anywhere">
        <Prose text={remedy} />
      </span>
      {exception === undefined ? null : (
        <Link className="small" href={`/governance/exceptions/${exception.id}`}>
          Excepted until {date(exception.expires, now)}; {exception.owner} answers for it
        </Link>
      )}
      {expired === undefined ? null : (
        <Link className="small" href={`/governance/exceptions/${expired.id}`}>
          Its exception ended {date(expired.expired, now)}
        </Link>
      )}
      {onAsk === undefined || exception !== undefined ? null : (
        <span>
          <Button
            size="small"
            aria-label={`Request an exception from ${title}`}
            onClick={() => onAsk(verdict)}
          >
            Request an exception…
          </Button>
        </span>
      )}
    </li>
  );
}
