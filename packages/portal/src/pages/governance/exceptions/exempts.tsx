import type { ExceptionView } from '@pltf/contracts';
import { ShieldCheck } from 'lucide-react';
import type { ReactNode } from 'react';
import { useState } from 'react';
import { Button } from '../../../parts/button.tsx';
import { Empty } from '../../../parts/empty.tsx';

const foundWords = {
  placed: 'runs so',
  planned: 'will be so',
  refused: 'was refused',
} as const;

const firstShown = 50;

/** What an exception exempts, line by line: all of it can be seen before anybody approves. */
export function Exempts({ exempts, state }: Pick<ExceptionView, 'exempts' | 'state'>): ReactNode {
  const [all, setAll] = useState(false);
  if (exempts.length === 0)
    return (
      <Empty
        small
        icon={ShieldCheck}
        title="Nothing"
        text={
          state === 'approved' || state === 'pending'
            ? 'Nothing in its scope breaks the guardrail now.'
            : 'It is over: it exempts nothing any more.'
        }
      />
    );
  return (
    <>
      <ul className="exempts" aria-label="What it exempts">
        {(all ? exempts : exempts.slice(0, firstShown)).map((one) => (
          <li key={`${one.placement} ${one.found} ${one.digest}`} className="exempt">
            <span className="row row-wrap">
              <span className="strong anywhere">{one.placement}</span>
              <span className={one.found === 'refused' ? 'tag tag-bad' : 'tag'}>
                {foundWords[one.found]}
              </span>
              {state === 'approved' && !one.covered ? (
                <span className="tag tag-bad">changed since the approval: not covered</span>
              ) : null}
            </span>
            <span className="small quiet anywhere">
              {one.message}
              {one.where === undefined ? null : <code className="faint place">{one.where}</code>}
            </span>
          </li>
        ))}
      </ul>
      {all || exempts.length <= firstShown ? null : (
        <div className="more">
          <Button onClick={() => setAll(true)}>Show {exempts.length - firstShown} more</Button>
        </div>
      )}
    </>
  );
}
