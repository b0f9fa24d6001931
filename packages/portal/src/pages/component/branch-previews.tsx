import type { PlacementView } from '@pltf/contracts';
import { ArrowUpRight, GitBranch, RotateCw, Trash2 } from 'lucide-react';
import { type ReactNode, useState } from 'react';
import { phaseWords, wellnessOfPhase } from '../../format/wellness.ts';
import { Button } from '../../parts/button.tsx';
import { OutLink } from '../../parts/link.tsx';
import { RowMenu } from '../../parts/row-menu.tsx';
import { addressText, webAddress } from '../../parts/safe-url.ts';
import { Until } from '../../parts/time.tsx';
import { WellnessMark } from '../../parts/wellness-mark.tsx';
import type { Acting } from './actions/asked.ts';

interface BranchPreviewsProps {
  readonly placements: readonly PlacementView[];
  readonly acting: Acting;
  readonly chosen: string | undefined;
  readonly onChoose: (placement: string) => void;
}

const atFirst = 5;

/** Previews of branches, one line each. */
export function BranchPreviews({
  placements,
  acting,
  chosen,
  onChoose,
}: BranchPreviewsProps): ReactNode {
  const [all, setAll] = useState(false);
  const shown = all ? placements : placements.slice(0, atFirst);
  if (placements.length === 0) return null;
  return (
    <section className="panel" aria-label="Previews of branches">
      <div className="panel-head">
        <h2>Previews of branches</h2>
        <span className="small faint">{placements.length}</span>
      </div>
      <ul className="branches">
        {shown.map((placement) => (
          <li
            key={placement.id}
            className={placement.id === chosen ? 'branch branch-chosen' : 'branch'}
          >
            <WellnessMark wellness={wellnessOfPhase(placement.phase)} size={12} />
            <button
              type="button"
              className="branch-name cut"
              title={`${placement.branch ?? placement.id}: ${phaseWords(placement.phase)}`}
              onClick={() => onChoose(placement.id)}
            >
              <GitBranch size={12} aria-hidden />
              <span className="cut">{placement.branch ?? placement.id}</span>
            </button>
            <span className="release small">
              {placement.serving === undefined ? '–' : `#${placement.serving.number}`}
            </span>
            {webAddress(placement.url) === undefined ? (
              <span />
            ) : (
              <OutLink
                url={placement.url}
                className="branch-link"
                label={`Open ${placement.branch ?? placement.id}`}
              >
                <span className="cut">{addressText(placement.url ?? '')}</span>
                <ArrowUpRight size={14} aria-hidden />
              </OutLink>
            )}
            {placement.expiresAt === undefined ? (
              <span />
            ) : (
              <span className="small faint branch-end" title="Ends by itself without a push">
                ends <Until at={placement.expiresAt} />
              </span>
            )}
            {acting.may ? (
              <RowMenu
                label={`More for ${placement.branch ?? placement.id}`}
                entries={[
                  {
                    id: 'restart',
                    title: 'Restart…',
                    icon: <RotateCw size={16} aria-hidden />,
                    onChoose: () => acting.ask({ do: 'restart', placement }),
                  },
                  {
                    id: 'end',
                    title: 'End this preview…',
                    bad: true,
                    icon: <Trash2 size={16} aria-hidden />,
                    onChoose: () => acting.ask({ do: 'remove-preview', placement }),
                  },
                ]}
              />
            ) : null}
          </li>
        ))}
      </ul>
      {placements.length > atFirst ? (
        <Button className="branches-more" look="plain" size="small" onClick={() => setAll(!all)}>
          {all ? 'Fewer' : `${placements.length - atFirst} more`}
        </Button>
      ) : null}
    </section>
  );
}
