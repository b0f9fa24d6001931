import type { DataFlow } from '@pltf/contracts';
import { type ReactNode, useState } from 'react';
import { Link } from 'wouter';
import { count } from '../../../format/count.ts';
import { Button } from '../../../parts/button.tsx';
import { className } from './flow-map.tsx';

const firstShown = 100;

/** The same as the map, in words: for those who cannot see it, for phones, and for what it leaves out. */
export function FlowTable({ flows }: { readonly flows: readonly DataFlow[] }): ReactNode {
  const [shown, setShown] = useState(firstShown);
  return (
    <>
      <div className="scroll-x">
        <table className="table table-tight">
          <caption className="unseen">Flows of personal data</caption>
          <thead>
            <tr>
              <th scope="col">From</th>
              <th scope="col">To</th>
              <th scope="col">Sends</th>
              <th scope="col">Gets back</th>
              <th scope="col">Not declared there</th>
              <th scope="col">In</th>
            </tr>
          </thead>
          <tbody>
            {flows.slice(0, shown).map((flow) => (
              <tr key={`${flow.from} ${flow.to} ${flow.need} ${flow.environments.join()}`}>
                <td>
                  <Link href={`/components/${flow.from}/governance`} className="cut flow-end-name">
                    {flow.from}
                  </Link>
                </td>
                <td>
                  <span className="cut flow-end-name" title={flow.to}>
                    {flow.kind === 'backing-service' ? (
                      flow.to
                    ) : (
                      <Link href={`/components/${flow.to}/governance`}>{flow.to}</Link>
                    )}
                  </span>
                </td>
                <td>{flow.classes.map(className).join(', ') || '–'}</td>
                <td>{flow.returns.map(className).join(', ') || '–'}</td>
                <td>
                  {flow.undeclared.length === 0 ? (
                    <span className="faint">–</span>
                  ) : (
                    <span className="tag tag-bad">{flow.undeclared.map(className).join(', ')}</span>
                  )}
                </td>
                <td className="small quiet">{flow.environments.join(', ')}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {flows.length > shown ? (
        <div className="more">
          <Button onClick={() => setShown(shown + 4 * firstShown)}>
            Show more of {count(flows.length)}
          </Button>
        </div>
      ) : null}
    </>
  );
}
