import type { RunView } from '@pltf/contracts';
import type { ReactNode } from 'react';
import { plainText } from '../../logs/ansi.ts';

interface FailingProps {
  readonly run: RunView;
  /** Lines of each step; the rest is on the run's page. */
  readonly most?: number;
}

/** The lines that say why a run is red. */
export function Failing({ run, most = 200 }: FailingProps): ReactNode {
  return run.failing.map(({ step, where, lines }) => (
    <figure key={`${step} ${where ?? ''}`} className="failing">
      <figcaption className="small">
        <span className="strong">{step}</span>
        {where === undefined ? null : <code> {where}</code>}
      </figcaption>
      <pre className="excerpt">{lines.slice(0, most).map(plainText).join('\n')}</pre>
    </figure>
  ));
}
