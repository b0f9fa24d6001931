import type { PrivacyMap } from '@pltf/contracts';
import { useQuery } from '@tanstack/react-query';
import { Fingerprint } from 'lucide-react';
import { type ReactNode, useMemo, useState } from 'react';
import { useClient } from '../../../api/client-context.ts';
import { privacyMapQuery } from '../../../api/governance-queries.ts';
import { plural } from '../../../format/count.ts';
import { Answer } from '../../../parts/answer.tsx';
import { Button } from '../../../parts/button.tsx';
import { Empty } from '../../../parts/empty.tsx';
import { Notice } from '../../../parts/notice.tsx';
import { Ago } from '../../../parts/time.tsx';
import { GovernanceFrame } from '../frame.tsx';
import { className, FlowMap } from './flow-map.tsx';
import { FlowTable } from './flow-table.tsx';
import { drawingOf, mostNodes } from './layout.ts';

export function PrivacyPage(): ReactNode {
  const query = useQuery(privacyMapQuery(useClient()));
  return (
    <GovernanceFrame
      tab="personal-data"
      lead="Which service holds and sends which class of personal data where, drawn from what thin files declare."
    >
      <Answer query={query} lines={10}>
        {(map) =>
          map.holders.length === 0 && map.flows.length === 0 ? (
            <div className="panel">
              <Empty
                icon={Fingerprint}
                title="No service declares personal data"
                text="A thin file declares it with `policy: {pii: true}`; encryption, retention and masking come with it."
              />
            </div>
          ) : (
            <Mapped map={map} />
          )
        }
      </Answer>
    </GovernanceFrame>
  );
}

/** What is left when only one class, or only one service with its neighbours, is looked at. */
function narrowed(map: PrivacyMap, only: string, near: string | undefined): PrivacyMap {
  const flows = map.flows.filter(
    ({ classes, returns, from, to }) =>
      (only === '' || classes.includes(only) || returns.includes(only)) &&
      (near === undefined || from === near || to === near),
  );
  const ends = new Set(flows.flatMap(({ from, to }) => [from, to]));
  const holders = map.holders.filter(
    ({ component, classes }) =>
      (only === '' || classes.includes(only)) &&
      (near === undefined || ends.has(component) || component === near),
  );
  return { ...map, flows, holders };
}

function Mapped({ map }: { readonly map: PrivacyMap }): ReactNode {
  const [only, setOnly] = useState('');
  const [chosen, setChosen] = useState<string>();
  const classes = [
    ...new Set([
      ...map.holders.flatMap((holder) => holder.classes),
      ...map.flows.flatMap((flow) => [...flow.classes, ...flow.returns]),
    ]),
  ].toSorted();
  const crowded = map.holders.length > mostNodes;
  const drawing = useMemo(
    () => drawingOf(narrowed(map, only, crowded ? chosen : undefined)),
    [map, only, crowded, chosen],
  );
  const listed = narrowed(map, only, chosen).flows;
  const undeclared = map.flows.filter((flow) => flow.undeclared.length > 0).length;
  return (
    <>
      <div className="row row-wrap governance-tools">
        <select
          className="input input-small debts-team"
          aria-label="Class of personal data"
          value={only}
          onChange={(event) => {
            setOnly(event.target.value);
            setChosen(undefined);
          }}
        >
          <option value="">Every class</option>
          {classes.map((id) => (
            <option key={id} value={id}>
              {className(id)}
            </option>
          ))}
        </select>
        <span className="small quiet">
          {plural(map.holders.length, 'service holds', 'services hold')} personal data, as of{' '}
          <Ago at={map.asOf} />
        </span>
        {chosen === undefined ? null : (
          <Button size="small" onClick={() => setChosen(undefined)}>
            Show all, not only {chosen}
          </Button>
        )}
      </div>
      {undeclared === 0 ? null : (
        <Notice
          tone="warn"
          title={`${plural(undeclared, 'flow brings', 'flows bring')} data where nobody declares it`}
        >
          <p>The receiver adds the class to its policy, or the sender stops sending it.</p>
        </Notice>
      )}
      {drawing.left > 0 ? (
        <Notice title={`The ${mostNodes} with the most flows are drawn; ${drawing.left} are not`}>
          <p>Choose a class or a service to see its own. The table has all.</p>
        </Notice>
      ) : null}
      <section className="panel flow-panel" aria-label="Map">
        <FlowMap drawing={drawing} chosen={chosen} onChoose={setChosen} />
      </section>
      <section className="panel" aria-label="Flows">
        <div className="panel-head">
          <h2>{chosen === undefined ? 'Flows' : `Flows of ${chosen}`}</h2>
          <span className="small quiet">{plural(listed.length, 'flow')}</span>
        </div>
        <FlowTable flows={listed} />
      </section>
    </>
  );
}
