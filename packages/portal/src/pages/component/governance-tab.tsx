import type { ComponentDetail, ExceptionView, Plan } from '@pltf/contracts';
import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { type ReactNode, useState } from 'react';
import { Link } from 'wouter';
import { useClient } from '../../api/client-context.ts';
import { componentPlanQuery, exceptionsQuery } from '../../api/governance-queries.ts';
import { Answer } from '../../parts/answer.tsx';
import { Notice } from '../../parts/notice.tsx';
import { Prose } from '../../parts/prose.tsx';
import { ExceptionFlags, ExceptionPill } from '../governance/exceptions/exception-marks.tsx';
import { ExpiryMeter } from '../governance/exceptions/expiry-meter.tsx';
import { type Asked, RequestException } from '../governance/exceptions/request-exception.tsx';
import { CostView } from '../governance/plan/cost-view.tsx';
import { ValueTable } from '../governance/plan/value-table.tsx';
import { VerdictList } from '../governance/plan/verdict-list.tsx';

/** What the rules of now say of a service, what it costs, and where each of its values comes from. */
export function GovernanceTab({ component }: { readonly component: ComponentDetail }): ReactNode {
  const { name } = component;
  const client = useClient();
  const plan = useQuery(componentPlanQuery(client, name));
  const exceptions = useInfiniteQuery(exceptionsQuery(client, { component: name }));
  const [asked, setAsked] = useState<Asked>();
  const open = exceptions.data?.pages
    .flatMap(({ items }) => items)
    .filter(({ state }) => state === 'approved' || state === 'pending');
  return (
    <>
      <Answer query={plan} lines={8}>
        {(answered) => (
          <Planned
            plan={answered}
            exceptions={open ?? []}
            onAsk={(guardrail, environment) =>
              setAsked({
                guardrail,
                component: name,
                ...(environment === undefined ? {} : { environment }),
              })
            }
          />
        )}
      </Answer>
      {asked === undefined ? null : (
        <RequestException asked={asked} onClose={() => setAsked(undefined)} />
      )}
    </>
  );
}

interface PlannedProps {
  readonly plan: Plan;
  readonly exceptions: readonly ExceptionView[];
  readonly onAsk: (guardrail: string, environment: string | undefined) => void;
}

function Planned({ plan, exceptions, onAsk }: PlannedProps): ReactNode {
  const { problems, outcome, verdicts, cost, placements } = plan;
  return (
    <>
      {problems.map(({ where, message, fix }) => (
        <Notice key={`${where} ${message}`} tone="warn" title={`${where}: ${message}`}>
          {fix === undefined ? null : (
            <p>
              <Prose text={fix} />
            </p>
          )}
        </Notice>
      ))}
      <div className="split">
        <section className="panel" aria-label="Guardrails">
          <div className="panel-head">
            <h2>Guardrails</h2>
            <span className="small quiet">by the rules of now</span>
          </div>
          {outcome === 'invalid' ? (
            <p className="panel-body small quiet">Not judged while the thin file is not valid.</p>
          ) : (
            <VerdictList
              verdicts={verdicts}
              onAsk={({ guardrail, environment }) => onAsk(guardrail, environment)}
            />
          )}
        </section>
        <div className="stack">
          <section className="panel" aria-label="Cost">
            <div className="panel-head">
              <h2>Cost</h2>
            </div>
            <div className="panel-body">
              {cost === undefined ? (
                <p className="small quiet">Not known while the thin file is not valid.</p>
              ) : (
                <CostView cost={cost} lines />
              )}
            </div>
          </section>
          <Exceptions exceptions={exceptions} />
        </div>
      </div>
      {placements.length === 0 ? null : (
        <section className="panel" aria-label="Plan">
          <div className="panel-head">
            <h2>Plan</h2>
            <span className="small quiet">Point at a value to see where it comes from</span>
          </div>
          <ValueTable plan={plan} />
        </section>
      )}
    </>
  );
}

function Exceptions({ exceptions }: Pick<PlannedProps, 'exceptions'>): ReactNode {
  return (
    <section className="panel" aria-label="Exceptions">
      <div className="panel-head">
        <h2>Exceptions</h2>
      </div>
      {exceptions.length === 0 ? (
        <p className="panel-body small quiet">None in force, and none asked for.</p>
      ) : (
        <ul className="rows">
          {exceptions.map((exception) => (
            <li key={exception.id} className="list-row component-exception">
              <span className="list-name">
                <Link href={`/governance/exceptions/${exception.id}`} className="list-link strong">
                  {exception.guardrailTitle}
                </Link>
                <span className="row row-wrap flags">
                  <ExceptionPill state={exception.state} />
                  <ExceptionFlags exception={exception} />
                </span>
              </span>
              <ExpiryMeter exception={exception} />
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}
