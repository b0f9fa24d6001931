import type { PlanCost } from '@pltf/contracts';
import type { ReactNode } from 'react';
import { money, shareOf } from '../../../format/money.ts';

interface CostViewProps {
  readonly cost: PlanCost;
  /** Line by line; left out where room is short. */
  readonly lines?: boolean;
}

/** What a month costs, before and after, against the budget; an estimate, with what was assumed. */
export function CostView({ cost, lines = false }: CostViewProps): ReactNode {
  const { currency, before, after, budget, overBudget, assumptions } = cost;
  const free = cost.lines.every(({ monthly }) => Number(monthly) === 0);
  const changes = Number(before) !== Number(after) && Number(before) !== 0;
  return (
    <div className="stack-tight cost">
      <p className="row row-wrap">
        <span className="cost-total">{money(after, currency)}</span>
        <span className="quiet">a month</span>
        {changes ? <span className="small quiet">before: {money(before, currency)}</span> : null}
        {overBudget ? <span className="pill pill-bad">Over its budget</span> : null}
      </p>
      <Budget cost={cost} />
      {lines && cost.lines.length > 0 ? <Lines cost={cost} /> : null}
      <p className="small faint">
        {free
          ? 'The platform file has no prices for this, so nothing is counted.'
          : `Estimated: ${assumptions.join('; ')}.`}
        {budget === undefined ? ' No budget is set.' : ''}
      </p>
    </div>
  );
}

function Budget({ cost: { after, budget, currency, overBudget } }: CostViewProps): ReactNode {
  const share = shareOf(after, budget);
  if (share === undefined || budget === undefined) return null;
  return (
    <div className="budget">
      <svg viewBox="0 0 100 4" preserveAspectRatio="none" className="expiry-bar" aria-hidden>
        <rect width={100} height={4} className="expiry-all" />
        <rect
          width={Math.min(100, share * 100)}
          height={4}
          className={overBudget ? 'budget-over' : 'budget-used'}
        />
      </svg>
      <span className="small quiet">
        {Math.round(share * 100)} % of the budget of {money(budget, currency)}
      </span>
    </div>
  );
}

function Lines({ cost: { lines, currency } }: CostViewProps): ReactNode {
  return (
    <div className="scroll-x cost-lines">
      <table className="table table-tight">
        <caption className="unseen">Cost, line by line</caption>
        <thead>
          <tr>
            <th scope="col">Environment</th>
            <th scope="col">What</th>
            <th scope="col" className="number">
              A month
            </th>
          </tr>
        </thead>
        <tbody>
          {lines.map(({ environment, what, quantity, rate, monthly }) => (
            <tr key={`${environment} ${what}`}>
              <td className="shrink">{environment}</td>
              <td>
                {what}
                <span className="small faint cut" title={`${quantity} at ${rate}`}>
                  {quantity} at {rate}
                </span>
              </td>
              <td className="number shrink">{money(monthly, currency)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
