import type { ComponentDetail } from '@pltf/contracts';
import { useQuery } from '@tanstack/react-query';
import { type ReactNode, useState } from 'react';
import { Link, useLocation, useSearch } from 'wouter';
import { useClient } from '../../api/client-context.ts';
import { isProblem } from '../../api/problems.ts';
import { componentQuery } from '../../api/queries.ts';
import { ProblemNotice } from '../../parts/notice.tsx';
import { Page } from '../../parts/page.tsx';
import { SkeletonLines } from '../../parts/skeleton.tsx';
import { mayOperate } from '../../session/rights.ts';
import { useMe } from '../../session/session.tsx';
import { LostPage } from '../lost/lost-page.tsx';
import { ActionDialog } from './actions/action-dialog.tsx';
import { type Acting, type Asked, askedBy } from './actions/asked.ts';
import { ActivityTab } from './activity-tab.tsx';
import { HeaderActions, HeaderTitle, Lead, ReadOnlyNote } from './component-header.tsx';
import { GovernanceTab } from './governance-tab.tsx';
import { LogsTab } from './logs-tab.tsx';
import { Overview } from './overview.tsx';
import { ReleasesTab } from './releases-tab.tsx';
import { RunsTab } from './runs-tab.tsx';

interface ComponentPageProps {
  readonly name: string;
  readonly tab: string | undefined;
}

export function ComponentPage({ name, tab }: ComponentPageProps): ReactNode {
  const component = useQuery(componentQuery(useClient(), name));
  if (isProblem(component.error, 'not-found', 'bad-request')) return <LostPage what="service" />;
  if (component.data === undefined) {
    return (
      <Page title={name}>
        {component.error === null ? (
          <div className="panel panel-body">
            <SkeletonLines lines={8} height={18} />
          </div>
        ) : (
          <ProblemNotice
            error={component.error}
            onRetry={() => void component.refetch()}
            retrying={component.isFetching}
          />
        )}
      </Page>
    );
  }
  return <Component component={component.data} tab={tab ?? 'overview'} />;
}

const tabs = [
  ['overview', 'Overview'],
  ['releases', 'Releases'],
  ['runs', 'Pipeline'],
  ['logs', 'Logs'],
  ['governance', 'Governance'],
  ['activity', 'Activity'],
] as const;

interface ComponentProps {
  readonly component: ComponentDetail;
  readonly tab: string;
}

function Component({ component, tab }: ComponentProps): ReactNode {
  const { name } = component;
  const [asked, setAsked] = useAsked(component);
  const right = mayOperate(useMe(), component.owner);
  const acting: Acting = { may: right.allowed && component.state !== 'deleting', ask: setAsked };
  if (!tabs.some(([id]) => id === tab)) return <LostPage />;
  return (
    <Page
      title={name}
      windowTitle={tab === 'overview' ? name : `${name} ${tab}`}
      heading={<HeaderTitle component={component} />}
      lead={<Lead component={component} />}
      actions={<HeaderActions component={component} acting={acting} />}
    >
      {right.allowed ? null : <ReadOnlyNote reason={right.reason} />}
      <nav className="tabs" aria-label={`Parts of ${name}`}>
        {tabs.map(([id, title]) => (
          <Link
            key={id}
            href={id === 'overview' ? `/components/${name}` : `/components/${name}/${id}`}
            className="tab"
            {...(id === tab ? { 'aria-current': 'page' as const } : {})}
          >
            {title}
          </Link>
        ))}
      </nav>
      {tab === 'overview' ? <Overview component={component} acting={acting} /> : null}
      {tab === 'releases' ? <ReleasesTab component={component} acting={acting} /> : null}
      {tab === 'runs' ? <RunsTab component={component} /> : null}
      {tab === 'logs' ? <LogsTab component={component} /> : null}
      {tab === 'governance' ? <GovernanceTab component={component} /> : null}
      {tab === 'activity' ? <ActivityTab component={name} /> : null}
      {asked === undefined ? null : (
        <ActionDialog asked={asked} component={component} onClose={() => setAsked(undefined)} />
      )}
    </Page>
  );
}

/** The action that is asked for: by a button, or by the address (`?do=restart`, as the palette does). */
function useAsked(
  component: ComponentDetail,
): readonly [Asked | undefined, (asked: Asked | undefined) => void] {
  const [asked, setAsked] = useState<Asked>();
  const [location, go] = useLocation();
  const wanted = new URLSearchParams(useSearch()).get('do');
  const right = mayOperate(useMe(), component.owner);
  const byAddress = wanted === null || !right.allowed ? undefined : askedBy(wanted, component);
  const set = (next: Asked | undefined): void => {
    setAsked(next);
    if (wanted !== null) go(location, { replace: true });
  };
  return [asked ?? byAddress, set];
}
