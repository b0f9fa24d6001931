import type { DriftedField, DriftFinding, PlacementView } from '@pltf/contracts';
import { useQuery } from '@tanstack/react-query';
import { FilePen, Undo2 } from 'lucide-react';
import type { ReactNode } from 'react';
import { useClient } from '../../api/client-context.ts';
import { driftQuery } from '../../api/queries.ts';
import { plural } from '../../format/count.ts';
import { Button } from '../../parts/button.tsx';
import { Notice } from '../../parts/notice.tsx';
import { Ago } from '../../parts/time.tsx';
import type { Acting } from './actions/asked.ts';

interface DriftNoticeProps {
  readonly placement: PlacementView;
  readonly acting: Acting;
}

/** What somebody changed where it runs, by whom, and the decision about it. Nothing where nothing drifted. */
export function DriftNotice({ placement, acting }: DriftNoticeProps): ReactNode {
  const { drift } = placement;
  const looked = useQuery({
    ...driftQuery(useClient(), placement),
    enabled: drift.length > 0,
  });
  if (drift.length === 0) return null;
  // Until it was looked at anew, what was reported last is shown.
  const items: readonly (DriftedField & Partial<DriftFinding>)[] = looked.data?.items ?? drift;
  if (items.length === 0) return null;
  const keeps = items.some(({ adopt, adopted }) => adopt !== undefined && adopted !== true);
  return (
    <div className="panel-body">
      <Notice tone="warn" title={`Changed by hand: ${plural(items.length, 'field')}`}>
        <ul className="drift">
          {items.map((item) => (
            <li key={`${item.object} ${item.field}`}>
              <DriftLine item={item} />
            </li>
          ))}
        </ul>
        {acting.may ? (
          <p className="row">
            <Button
              size="small"
              icon={<Undo2 size={14} aria-hidden />}
              onClick={() => acting.ask({ do: 'revert-drift', placement })}
            >
              Take it back…
            </Button>
            {keeps ? (
              <Button
                size="small"
                icon={<FilePen size={14} aria-hidden />}
                onClick={() => acting.ask({ do: 'adopt-drift', placement })}
              >
                Keep it in the thin file…
              </Button>
            ) : null}
          </p>
        ) : null}
      </Notice>
    </div>
  );
}

function DriftLine({ item }: { readonly item: DriftedField & Partial<DriftFinding> }): ReactNode {
  const { object, field, manager, user, since, because, where, adopt, adopted, suggestion } = item;
  return (
    <>
      <span className="strong">{object}</span> <code>{field}</code>: <Values item={item} />
      <span className="quiet small">
        {' '}
        by {user ?? manager}
        {since === undefined ? '' : ', '}
        {since === undefined ? null : <Ago at={since} />}
        {because === undefined ? '' : `. Asked for: ${because}`}
        {where === undefined ? '' : ` (${where})`}
        {adopted === true
          ? '. The thin file says so already: promote the release that has it'
          : adopt === undefined
            ? ''
            : `. To keep it: ${adopt.path} = ${adopt.value}`}
        {suggestion === undefined ? '' : `. ${suggestion}`}
      </span>
    </>
  );
}

const longest = 80;
const short = (json: string): string =>
  json.length <= longest ? json : `${json.slice(0, longest)}…`;

function Values({ item: { wanted, live } }: { readonly item: DriftedField }): ReactNode {
  if (wanted === undefined)
    return (
      <>
        <code>{short(live ?? '')}</code>, which nobody asked for
      </>
    );
  if (live === undefined)
    return (
      <>
        gone; was <code>{short(wanted)}</code>
      </>
    );
  return (
    <>
      <code>{short(live)}</code> instead of <code>{short(wanted)}</code>
    </>
  );
}
