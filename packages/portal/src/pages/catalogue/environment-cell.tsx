import type { ReactNode } from 'react';
import { Link } from 'wouter';
import { phaseWords, wellnessOfPhase } from '../../format/wellness.ts';
import { OutLink } from '../../parts/link.tsx';
import { webAddress } from '../../parts/safe-url.ts';
import { StateMark } from '../../parts/state-mark.tsx';
import { WellnessMark } from '../../parts/wellness-mark.tsx';
import type { Cell } from './cells.ts';

interface EnvironmentCellProps {
  readonly cell: Cell;
  readonly component: string;
}

/** The release that serves in one environment; its number opens the address. */
export function EnvironmentCell({ cell, component }: EnvironmentCellProps): ReactNode {
  const [first, ...others] = cell.placements;
  if (first === undefined) return <span className="environment environment-none" aria-hidden />;
  const release = first.release === undefined ? 'no release yet' : `release ${first.release}`;
  const words = `${cell.environment}: ${release}, ${phaseWords(first.phase)}`;
  const inner = (
    <>
      {first.phase === 'rolling' ? (
        <StateMark state="running" silent size={14} />
      ) : (
        <WellnessMark wellness={wellnessOfPhase(first.phase)} silent size={12} />
      )}
      <span className="environment-name">{cell.environment}</span>
      <span className="release">{first.release === undefined ? '–' : `#${first.release}`}</span>
    </>
  );
  return (
    <span className="environment">
      {webAddress(first.url) === undefined ? (
        <span className="environment-chip" title={words}>
          {inner}
          <span className="unseen">{words}</span>
        </span>
      ) : (
        <OutLink
          url={first.url}
          className="environment-chip environment-link"
          label={`${words}. Opens ${first.url}`}
        >
          {inner}
        </OutLink>
      )}
      {others.length === 0 ? null : (
        <Link
          href={`/components/${component}`}
          className="environment-more"
          aria-label={`${others.length} more in ${cell.environment}`}
        >
          +{others.length}
        </Link>
      )}
    </span>
  );
}
