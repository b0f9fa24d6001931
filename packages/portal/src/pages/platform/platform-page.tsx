import type { PlatformView } from '@pltf/contracts';
import { useQuery } from '@tanstack/react-query';
import { LifeBuoy } from 'lucide-react';
import type { ReactNode } from 'react';
import { useClient } from '../../api/client-context.ts';
import { platformQuery } from '../../api/governance-queries.ts';
import { durationWords } from '../../format/duration.ts';
import { Answer } from '../../parts/answer.tsx';
import { Notice } from '../../parts/notice.tsx';
import { Page } from '../../parts/page.tsx';
import { Ago } from '../../parts/time.tsx';
import { Environments } from './environments.tsx';
import { GoingOut } from './going-out.tsx';
import { Offers, Sizes } from './offers.tsx';
import { Versions } from './versions.tsx';

export function PlatformPage(): ReactNode {
  const query = useQuery(platformQuery(useClient()));
  return (
    <Page
      title="What the platform offers"
      lead="Its rules and prices, and every change of them. They are changed as code, never here."
    >
      <Answer query={query} lines={10}>
        {(platform) => <Offered platform={platform} />}
      </Answer>
    </Page>
  );
}

function Offered({ platform }: { readonly platform: PlatformView }): ReactNode {
  const { file, refused } = platform;
  return (
    <>
      {refused === undefined ? null : (
        <Notice tone="bad" title="A push is not in force">
          <p>
            {refused.by} pushed <code>{refused.commit.slice(0, 7)}</code> <Ago at={refused.at} />:{' '}
            {refused.reason}
          </p>
        </Notice>
      )}
      <div className="split">
        <Support platform={platform} />
        <Source platform={platform} />
      </div>
      <GoingOut />
      <Environments environments={file.environments} file={file} />
      <div className="split">
        <Sizes file={file} />
        <Offers file={file} />
      </div>
      <Versions />
    </>
  );
}

interface PartProps {
  readonly platform: PlatformView;
}

function Support({ platform: { file } }: PartProps): ReactNode {
  const { support, intake } = file;
  return (
    <section className="panel" aria-label="Support">
      <div className="panel-head">
        <h2>Support</h2>
        <LifeBuoy size={16} aria-hidden className="mark-quiet" />
      </div>
      <div className="panel-body stack">
        <p className="prose keep-lines">{support.promise}</p>
        <dl className="facts">
          {support.contact === undefined ? null : (
            <>
              <dt>Contact</dt>
              <dd className="anywhere">{support.contact}</dd>
            </>
          )}
          <dt>Requests</dt>
          <dd>
            {intake.owner} answers within {durationWords(intake.answerWithin)}
          </dd>
          <dt>Exceptions</dt>
          <dd>
            at most {durationWords(file.exceptions.longest)}; approved by{' '}
            {file.exceptions.approvers.join(', ') || 'administrators'}
          </dd>
        </dl>
      </div>
    </section>
  );
}

function Source({ platform }: PartProps): ReactNode {
  const { version, managedBy, source, file, drivers } = platform;
  const { rates, personalData } = file;
  return (
    <section className="panel" aria-label="In force">
      <div className="panel-head">
        <h2>Version {version.number}</h2>
        {version.createdAt === undefined ? null : (
          <span className="small quiet">
            since <Ago at={version.createdAt} />
          </span>
        )}
      </div>
      <div className="panel-body">
        <dl className="facts">
          <dt>Changed in</dt>
          <dd className="anywhere">
            <code>{source}</code>
            {managedBy === 'operator' ? ', which only the operator changes' : ''}
          </dd>
          <dt>Domain</dt>
          <dd className="anywhere">{file.domain}</dd>
          <dt>Rates</dt>
          <dd>
            {Number(rates.memoryGiBHour) === 0 && Number(rates.cpuHour) === 0
              ? 'none set'
              : `${rates.memoryGiBHour} ${rates.currency} a GiB and hour, ${rates.cpuHour} ${rates.currency} a CPU and hour`}
          </dd>
          <dt>Personal data</dt>
          <dd>
            in {personalData.regions.join(', ')}; kept for {durationWords(personalData.retention)}
          </dd>
          <dt>Runtimes</dt>
          <dd className="anywhere">
            {Object.entries(file.runtimes)
              .map(([name, { driver }]) => (name === driver ? name : `${name} (${driver})`))
              .join(', ')}
            <span className="faint"> of {drivers.join(', ')}</span>
          </dd>
        </dl>
      </div>
    </section>
  );
}
