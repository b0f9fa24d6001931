import { useQuery } from '@tanstack/react-query';
import { EyeOff } from 'lucide-react';
import type { ReactNode } from 'react';
import { Link } from 'wouter';
import { useClient } from '../../api/client-context.ts';
import { isProblem } from '../../api/problems.ts';
import { publicHealthQuery } from '../../api/queries.ts';
import { asWellness, wellnessWords } from '../../format/wellness.ts';
import { CopyLine } from '../../parts/copy.tsx';
import { Empty } from '../../parts/empty.tsx';
import { Logo } from '../../parts/logo.tsx';
import { Notice, ProblemNotice } from '../../parts/notice.tsx';
import { Page } from '../../parts/page.tsx';
import { SkeletonLines } from '../../parts/skeleton.tsx';
import { Ago } from '../../parts/time.tsx';
import { WellnessMark } from '../../parts/wellness-mark.tsx';

const lead = 'What anybody may read without an account, when the platform file opens it.';

/** The public page as a signed-in person sees it. */
export function StatusPage(): ReactNode {
  return (
    <Page title="Public health" lead={lead}>
      <Health />
    </Page>
  );
}

/** The same for a passer-by, without the shell. */
export function PublicStatusPage(): ReactNode {
  return (
    <main className="public" id="content">
      <div className="row row-spread">
        <span className="brand">
          <Logo /> pltf
        </span>
        <Link href="/" className="button button-small">
          Sign in
        </Link>
      </div>
      <Page title="Service health">
        <Health />
      </Page>
    </main>
  );
}

function Health(): ReactNode {
  const health = useQuery(publicHealthQuery(useClient()));
  if (isProblem(health.error, 'not-found', 'forbidden')) return <Closed />;
  if (health.data === undefined) {
    if (health.error !== null)
      return (
        <ProblemNotice
          error={health.error}
          onRetry={() => void health.refetch()}
          retrying={health.isFetching}
        />
      );
    return (
      <div className="panel panel-body">
        <SkeletonLines lines={6} />
      </div>
    );
  }
  const { organisation, asOf, services } = health.data;
  const ill = services.filter(({ environments }) =>
    environments.some(({ wellness }) => wellness === 'down' || wellness === 'degraded'),
  );
  const unknown = services.some(({ environments }) =>
    environments.some(({ wellness }) => wellness === 'unknown'),
  );
  return (
    <>
      {ill.length > 0 ? (
        <Notice tone="warn" title={`${ill.length} of ${services.length} services have trouble`}>
          <p>{ill.map(({ name }) => name).join(', ')}</p>
        </Notice>
      ) : (
        <Notice
          tone={unknown || services.length === 0 ? 'plain' : 'good'}
          title={
            services.length === 0
              ? 'No services yet'
              : unknown
                ? 'Nothing is known to be ill'
                : 'All services are well'
          }
        >
          <p className="small">
            {organisation}, as of <Ago at={asOf} />
          </p>
        </Notice>
      )}
      <ul className="panel health">
        {services.map(({ name, environments }) => (
          <li key={name} className="health-row">
            <span className="strong cut" title={name}>
              {name}
            </span>
            <span className="row row-wrap">
              {environments.map(({ environment, wellness }) => (
                <span
                  key={environment}
                  className="tag health-tag"
                  title={wellnessWords[asWellness(wellness)]}
                >
                  <WellnessMark wellness={asWellness(wellness)} size={12} />
                  {environment}
                </span>
              ))}
            </span>
          </li>
        ))}
      </ul>
    </>
  );
}

function Closed(): ReactNode {
  return (
    <div className="panel">
      <Empty
        icon={EyeOff}
        title="This platform keeps its health to itself"
        text="A page that anybody may read without an account, health only, is there when the platform team opens it in the platform file:"
      >
        <CopyLine text="publicPage: health" what="line of the platform file" />
      </Empty>
    </div>
  );
}
