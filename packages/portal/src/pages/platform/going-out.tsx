import type { FleetChangeView, FleetWaveView } from '@pltf/contracts';
import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { useClient } from '../../api/client-context.ts';
import { fleetQuery } from '../../api/governance-queries.ts';
import { plural } from '../../format/count.ts';
import { Answer } from '../../parts/answer.tsx';
import { Notice } from '../../parts/notice.tsx';
import { Ago, Until } from '../../parts/time.tsx';

const words: Readonly<Record<FleetChangeView['state'], string>> = {
  running: 'goes out to clusters',
  halted: 'is halted',
  aborting: 'is being taken back',
  aborted: 'was taken back',
  finished: 'is on all clusters',
  superseded: 'was superseded',
};

/** The newest version of the platform on its way to clusters, wave by wave; nothing where no cluster is. */
export function GoingOut(): ReactNode {
  const query = useQuery(fleetQuery(useClient()));
  return (
    <Answer query={query} lines={3}>
      {({ items: [change] }) => (change === undefined ? null : <Change change={change} />)}
    </Answer>
  );
}

function Change({ change }: { readonly change: FleetChangeView }): ReactNode {
  const { state, reason, version, waves, startedAt, finishedAt } = change;
  return (
    <section className="stack" aria-label="On its way to clusters">
      <h2>
        Version {version} {words[state]}
      </h2>
      {reason === undefined ? null : (
        <Notice tone={state === 'halted' ? 'bad' : 'warn'} title={reason}>
          <p>
            {state === 'halted' ? (
              <>
                <code>pltf fleet resume</code> goes on, <code>pltf fleet abort</code> takes it back.
              </>
            ) : (
              'What had it gets back what it had before.'
            )}
          </p>
        </Notice>
      )}
      <p className="small quiet">
        begun <Ago at={startedAt} />
        {finishedAt === undefined ? null : (
          <>
            , ended <Ago at={finishedAt} />
          </>
        )}
      </p>
      <ol className="panel rows" aria-label="Waves, in their order">
        {waves.map((wave) => (
          <Wave key={wave.ring} wave={wave} />
        ))}
      </ol>
    </section>
  );
}

const told = ['done', 'going', 'failed', 'held', 'back', 'waiting'] as const;
const mostShown = 5;

function Wave({ wave }: { readonly wave: FleetWaveView }): ReactNode {
  const { ring, counts, current, mandatory, passedAt, soaksUntil, members, removals } = wave;
  const total = Object.values(counts).reduce((sum, count) => sum + count, 0);
  const failed = members.filter(({ state }) => state === 'failed').slice(0, mostShown);
  return (
    <li className="list-row version-row" aria-current={current ? 'step' : undefined}>
      <span className="strong">{passedAt === undefined ? (current ? '▸' : '·') : '✔'}</span>
      <span className="list-name">
        <span className="anywhere strong">
          {ring}
          {mandatory ? <span className="small quiet"> has to prove it</span> : null}
        </span>
        <span className="small quiet anywhere">
          {told
            .filter((state) => (counts[state] ?? 0) > 0)
            .map((state) => `${counts[state]} ${state}`)
            .join(', ') || 'nothing here'}
        </span>
        {failed.map(({ placement, reason }) => (
          <span key={placement} className="small anywhere">
            {placement}: {reason ?? 'failed'}
          </span>
        ))}
      </span>
      <span className="small quiet">
        {plural(total, 'placement')}
        {removals === undefined ? null : `, ${removals} to be taken out`}
      </span>
      <span className="small quiet">
        {passedAt === undefined ? (
          soaksUntil === undefined ? (
            ''
          ) : (
            <>
              soaks, over <Until at={soaksUntil} />
            </>
          )
        ) : (
          <>
            passed <Ago at={passedAt} />
          </>
        )}
      </span>
    </li>
  );
}
