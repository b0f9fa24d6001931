import type { PlatformVersionView } from '@pltf/contracts';
import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { type ReactNode, useState } from 'react';
import { useClient } from '../../api/client-context.ts';
import { platformVersionQuery, platformVersionsQuery } from '../../api/governance-queries.ts';
import { plural, shortCommit } from '../../format/count.ts';
import { Answer } from '../../parts/answer.tsx';
import { Button } from '../../parts/button.tsx';
import { Dialog } from '../../parts/dialog.tsx';
import { More } from '../../parts/more.tsx';
import { Ago } from '../../parts/time.tsx';
import { AcceptedPlan } from './accepted-plan.tsx';

const ways: Readonly<Record<PlatformVersionView['via'], string>> = {
  builtin: 'came with the platform',
  apply: 'applied',
  push: 'pushed',
  revert: 'reverted',
  operator: 'by the operator',
};

/** Who changed the platform, why, and what that touched. */
export function Versions(): ReactNode {
  const query = useInfiniteQuery(platformVersionsQuery(useClient()));
  const [open, setOpen] = useState<number>();
  return (
    <section className="stack" aria-label="History">
      <h2>History</h2>
      <Answer query={query} lines={4}>
        {({ pages }) => (
          <ul className="panel rows" aria-label="Versions, newest first">
            {pages
              .flatMap(({ items }) => items)
              .map((version) => (
                <Row
                  key={version.number}
                  version={version}
                  onOpen={() => setOpen(version.number)}
                />
              ))}
          </ul>
        )}
      </Answer>
      <More query={query} />
      {open === undefined ? null : (
        <VersionDialog number={open} onClose={() => setOpen(undefined)} />
      )}
    </section>
  );
}

interface RowProps {
  readonly version: PlatformVersionView;
  readonly onOpen: () => void;
}

function Row({ version, onOpen }: RowProps): ReactNode {
  const { number, author, via, why, reverts, commit, createdAt, touched } = version;
  return (
    <li className="list-row version-row">
      <span className="strong">#{number}</span>
      <span className="list-name">
        <span className="anywhere">
          {why ?? (via === 'builtin' ? 'The built-in platform' : 'No reason given')}
        </span>
        <span className="small quiet anywhere">
          {author}, {ways[via]}
          {reverts === undefined ? '' : ` to #${reverts}`}
          {createdAt === undefined ? null : (
            <>
              {' '}
              <Ago at={createdAt} />
            </>
          )}
          {commit === undefined ? null : <code className="faint place">{shortCommit(commit)}</code>}
        </span>
      </span>
      <span className="small quiet">
        {touched === undefined
          ? ''
          : touched.placements === 0
            ? 'touched nothing'
            : `${plural(touched.placements, 'placement')} in ${plural(touched.ways, 'way')}`}
      </span>
      {touched === undefined ? (
        <span />
      ) : (
        <Button size="small" aria-label={`What version ${number} changed`} onClick={onOpen}>
          What changed
        </Button>
      )}
    </li>
  );
}

function VersionDialog({
  number,
  onClose,
}: {
  readonly number: number;
  readonly onClose: () => void;
}): ReactNode {
  const query = useQuery(platformVersionQuery(useClient(), number));
  return (
    <Dialog title={`What version ${number} changed`} wide onClose={onClose}>
      <div className="dialog-body dialog-form">
        <Answer query={query} lines={5}>
          {({ plan }) =>
            plan === undefined ? (
              <p className="quiet">The plan of this version was not kept.</p>
            ) : (
              <AcceptedPlan plan={plan} />
            )
          }
        </Answer>
      </div>
      <div className="dialog-foot">
        <Button onClick={onClose}>Close</Button>
      </div>
    </Dialog>
  );
}
