import type { GuardrailResult } from '@pltf/contracts';
import { useInfiniteQuery } from '@tanstack/react-query';
import { type ReactNode, useState } from 'react';
import { Link } from 'wouter';
import { useClient } from '../../../api/client-context.ts';
import { verdictsQuery } from '../../../api/governance-queries.ts';
import { Button } from '../../../parts/button.tsx';
import { More } from '../../../parts/more.tsx';
import { ProblemNotice } from '../../../parts/notice.tsx';
import { Ago } from '../../../parts/time.tsx';
import { FindingPill } from './finding-pill.tsx';

interface HitTableProps {
  readonly id: string;
  /** The first 500, as the guardrail came with them. */
  readonly first: readonly GuardrailResult[];
  readonly onAsk: (result: GuardrailResult) => void;
}

const firstShown = 50;
/** As many as come with the guardrail itself. */
const came = 500;

/** Placements that do not pass; thousands are asked for page by page. */
export function HitTable({ id, first, onAsk }: HitTableProps): ReactNode {
  const [all, setAll] = useState(first.length <= firstShown);
  const beyond = all && first.length >= came;
  const query = useInfiniteQuery({
    ...verdictsQuery(useClient(), { guardrail: id }),
    enabled: beyond,
  });
  const asked = query.data?.pages.flatMap(({ items }) => items);
  const rows = beyond ? (asked ?? first) : first;
  return (
    <>
      <div className="scroll-x">
        <table className="table">
          <caption className="unseen">Placements that do not pass</caption>
          <thead>
            <tr>
              <th scope="col">Placement</th>
              <th scope="col">Team</th>
              <th scope="col">Finding</th>
              <th scope="col">What is wrong, and where</th>
              <th scope="col">Since</th>
              <th scope="col">
                <span className="unseen">Actions</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {(all ? rows : rows.slice(0, firstShown)).map((result) => (
              <Hit key={result.placement} result={result} onAsk={() => onAsk(result)} />
            ))}
          </tbody>
        </table>
      </div>
      {query.error === null ? null : <ProblemNotice error={query.error} />}
      {all ? (
        <More query={query} />
      ) : (
        <div className="more">
          <Button onClick={() => setAll(true)}>Show {first.length - firstShown} more</Button>
        </div>
      )}
    </>
  );
}

interface HitProps {
  readonly result: GuardrailResult;
  readonly onAsk: () => void;
}

function Hit({ result, onAsk }: HitProps): ReactNode {
  const { placement, component, team, verdict, since } = result;
  return (
    <tr>
      <td>
        <Link
          href={`/components/${component}/governance`}
          className="cut hit-name strong"
          title={placement}
        >
          {placement}
        </Link>
      </td>
      <td>
        <span className="cut hit-team" title={team}>
          {team}
        </span>
      </td>
      <td className="shrink">
        <FindingPill verdict={verdict} />
      </td>
      <td className="hit-message">
        {verdict.message ?? verdict.title}
        {verdict.where === undefined ? null : (
          <code className="small faint place">{verdict.where}</code>
        )}
      </td>
      <td className="shrink faint small">
        <Ago at={since} />
      </td>
      <td className="shrink">
        {verdict.exception === undefined ? (
          <Button size="small" aria-label={`Request an exception for ${placement}`} onClick={onAsk}>
            Except…
          </Button>
        ) : (
          <Link
            className="small"
            href={`/governance/exceptions/${verdict.exception.id}`}
            aria-label={`Exception of ${placement}`}
          >
            Exception
          </Link>
        )}
      </td>
    </tr>
  );
}
