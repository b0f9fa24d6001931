import type { Plan } from '@pltf/contracts';
import type { ReactNode } from 'react';
import { Why } from '../../../parts/why.tsx';
import { valuesOf } from './plan-values.ts';

/** Every value of the plan; each says why it is so. */
export function ValueTable({
  plan,
}: {
  readonly plan: Pick<Plan, 'placements' | 'why'>;
}): ReactNode {
  const environments = plan.placements.map(({ spec }) => spec.environment);
  return (
    <div className="scroll-x">
      <table className="table table-tight value-table">
        <caption className="unseen">Values of the plan by environment</caption>
        <thead>
          <tr>
            <th scope="col">
              <span className="unseen">Value</span>
            </th>
            {environments.map((environment) => (
              <th key={environment} scope="col">
                {environment}
              </th>
            ))}
          </tr>
        </thead>
        {valuesOf(plan).map(({ title, rows }) => (
          <tbody key={title}>
            <tr className="value-group">
              <th scope="rowgroup" colSpan={environments.length + 1}>
                {title}
              </th>
            </tr>
            {rows.map((row) => (
              <tr key={row.title}>
                <th scope="row">{row.title}</th>
                {row.cells.map(({ environment, text, why }) => (
                  <td key={environment}>
                    {text === undefined ? (
                      <span className="faint">–</span>
                    ) : (
                      <Why of={why}>{text}</Why>
                    )}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        ))}
      </table>
    </div>
  );
}
