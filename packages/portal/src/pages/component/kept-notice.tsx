import type { KeptObject, PlacementView } from '@pltf/contracts';
import { useQuery } from '@tanstack/react-query';
import { Trash2 } from 'lucide-react';
import type { ReactNode } from 'react';
import { useClient } from '../../api/client-context.ts';
import { keptQuery } from '../../api/queries.ts';
import { Button } from '../../parts/button.tsx';
import { Notice } from '../../parts/notice.tsx';
import type { Acting } from './actions/asked.ts';

interface KeptNoticeProps {
  readonly placement: PlacementView;
  readonly acting: Acting;
}

/** What no release wants any more and nobody deletes by itself, each with the way to let it go. Nothing where there is none. */
export function KeptNotice({ placement, acting }: KeptNoticeProps): ReactNode {
  const looked = useQuery(keptQuery(useClient(), placement));
  const items = looked.data?.items ?? [];
  if (items.length === 0) return null;
  return (
    <div className="panel-body">
      <Notice tone="plain" title="Kept, though nothing wants it any more">
        <p className="quiet small">
          It stays, and takes its room, until somebody confirms that all in it may go.
        </p>
        <ul className="kept">
          {items.map((item) => (
            <li key={item.what}>
              <code>{item.what}</code>
              {acting.may ? (
                <Button
                  size="small"
                  look="danger"
                  icon={<Trash2 size={14} aria-hidden />}
                  aria-label={`Delete for good: ${item.what}`}
                  onClick={() => acting.ask({ do: 'prune', placement, what: item.what })}
                >
                  Delete for good…
                </Button>
              ) : null}
            </li>
          ))}
        </ul>
      </Notice>
    </div>
  );
}

/** What a runtime has to say, without what the list of kept things says with a button beside it. */
export const otherNotes = (
  notes: PlacementView['notes'],
  kept: readonly KeptObject[],
): PlacementView['notes'] => notes.filter(({ what }) => kept.every((one) => one.what !== what));
